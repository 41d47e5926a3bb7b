import * as z from 'zod';
import { standardVariables, variables } from './environment.js';
import { flagFields } from './flags.js';
import { configSchema } from './schema.js';

/** The used part of a JSON schema. */
interface Described {
  readonly description?: string;
  readonly default?: unknown;
  /** text instead of a default that differs by machine */
  readonly shownDefault?: string;
  /** text instead of the JSON type */
  readonly shownType?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/** An example with most fields; a test loads it. */
export const exampleYaml = `logs:
  - path: /var/log/nova
  - path: /var/log/neutron
  - path: /var/log/openvswitch
  - path: /var/log/ovn
  - path: /srv/logs/compute-7/compute.txt
    service: nova-compute
    host: compute-7
    timezone: Asia/Seoul
  - path: /var/log/messages
    form: syslog
timezone: Europe/Berlin
pollInterval: 250ms
otlp:
  endpoint: http://otel-gateway:4318
  timeout: 5s
`;

/** Text of docs/configuration.md, generated from the schema. */
export function configurationMarkdown(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as Described;
  return `# The configuration of \`novaspan tail\`

Generated from \`src/config\`; do not edit (\`npx vitest run test/config -u\` writes it anew).

Settings come from the file that \`--config\` names, then from the environment, then from the command line; the last one wins.
All faults are reported at once, each with the line, the variable or the flag that it comes from; the exit code is then 78.
A field that is not listed here is a fault too. Durations are whole numbers with \`ms\`, \`s\`, \`m\` or \`h\`, from 1ms to 24h.

\`\`\`yaml
${exampleYaml}\`\`\`

## Fields

| field | values | default | meaning |
| --- | --- | --- | --- |
${rowsOf(schema, '').join('\n')}

## Environment

| variable | sets |
| --- | --- |
${variables.map(({ name, field, about }) => `| \`${name}\` | \`${field.join('.')}\`${about === undefined ? '' : `: ${about}`} |`).join('\n')}

An empty variable counts as not set. All standard \`OTEL_*\` variables of the OTLP exporter work as well (endpoint, headers,
timeout, compression, certificates). Where one of these is set, the file's field gives way to it:

| field | gives way to |
| --- | --- |
${standardVariables.map(({ field, names }) => `| \`${field.join('.')}\` | ${names.map((name) => `\`${name}\``).join(', ')} |`).join('\n')}

## Command line

| flag | sets |
| --- | --- |
| \`PATH...\` | \`logs\`: they replace those of the file and of the environment |
| \`--service\` | \`logs[].service\`, of every log that has none |
| \`--log-form\` | \`logs[].form\`, of every log that has none |
${Object.entries(flagFields)
  .map(([name, { field, says }]) => `| \`--${name}\` | \`${field.join('.')}\`${says === undefined ? '' : `: \`${says}\``} |`)
  .join('\n')}
`;
}

function rowsOf({ properties = {} }: Described, within: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${within}${name}`;
    if (field.items !== undefined) return [row(path, field), ...rowsOf(field.items, `${path}[].`)];
    if (field.properties !== undefined) return rowsOf(field, `${path}.`);
    return [row(path, field)];
  });
}

function row(path: string, field: Described): string {
  const isRequired = field.default === undefined && field.shownDefault === undefined;
  const fallback = field.shownDefault ?? (isRequired ? 'required' : `\`${field.default}\``);
  return `| \`${path}\` | ${valuesOf(field)} | ${fallback} | ${field.description} |`;
}

function valuesOf(field: Described): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(', ');
  switch (field.type) {
    case 'array':
      return 'list';
    case 'object':
      return 'mapping of text';
    case 'integer':
      return 'whole number';
    default:
      return field.shownType ?? 'text';
  }
}
