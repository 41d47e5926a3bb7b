import { type LogForm, logForms } from '../model/form.js';
import type { OptionSpecs } from './command.js';

/** Options about logs that all reading commands share. */
export const sourceOptions = {
  service: {
    type: 'string',
    value: 'SERVICE',
    about:
      'the service that wrote the logs, such as nova-compute; needed only if neither the file name (nova-compute.log, SERVICE@HOST.log) nor the journal or syslog around the lines shows it',
  },
  'log-form': {
    type: 'string',
    choices: ['auto', ...logForms],
    about:
      'the form of the logs: plain, or wrapped by a container runtime, the journal or syslog, or as JSON (docs/log-forms.md). auto (default) detects it from the lines of each log',
  },
  timezone: {
    type: 'string',
    value: 'ZONE',
    about:
      "IANA name of the zone that nova's and neutron's lines are in, such as Europe/Berlin (default: this machine's); OVS and OVN log in UTC and are read so",
  },
  rules: {
    type: 'string',
    value: 'FILE',
    about: 'messages and phases of your own, in YAML (docs/rules.md); several files with commas between them',
  },
} as const satisfies OptionSpecs;

export const rulesOf = (files: string | undefined): { rules?: string[] } => (files === undefined ? {} : { rules: files.split(',') });

/** The value of `--log-form` for the engine. */
export const formOf = (given: LogForm | 'auto' | undefined): { readonly form?: LogForm } =>
  given === undefined || given === 'auto' ? {} : { form: given };
