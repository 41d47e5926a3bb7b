/** An HTTP request, from the access line of the service that answered it. */
export interface Call {
  readonly method: string;
  /** without the query, which may contain anything */
  readonly path: string;
  /** the path with `{id}` instead of ids and names: it has few values */
  readonly route: string;
}

/** `"PUT /v2.0/ports/P HTTP/1.1"` of eventlet and placement, `] PUT /v2.0/ports/P =>` of uWSGI. */
const REQUEST_LINE = /(?:"|\] )([A-Z]{3,8}) (\/[^\s?"]{0,2048})/;

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);
/** OpenTelemetry's value for any other method, to keep the set small. */
const OTHER_METHOD = '_OTHER';

/** The request in an access line; undefined if the text contains none. */
export function callIn(text: string): Call | undefined {
  const found = REQUEST_LINE.exec(text);
  if (found === null) return undefined;
  const [, method, path] = found as unknown as [string, string, string];
  return { method: METHODS.has(method) ? method : OTHER_METHOD, path, route: routeOf(path) };
}

/** The fixed segments of the APIs' paths. Any other segment is an id or a user's name. */
const WORDS: ReadonlySet<string> = new Set([
  // nova
  ...['servers', 'detail', 'action', 'os-interface', 'os-volume_attachments', 'os-server-external-events', 'os-instance-actions'],
  ...['os-console-auth-tokens', 'remote-consoles', 'os-server-groups', 'os-services', 'os-hypervisors', 'os-aggregates', 'os-keypairs'],
  ...['os-availability-zone', 'os-simple-tenant-usage', 'os-quota-sets', 'os-assisted-volume-snapshots', 'os-migrations', 'migrations'],
  ...[
    'flavors',
    'os-extra_specs',
    'os-flavor-access',
    'limits',
    'metadata',
    'tags',
    'topology',
    'diagnostics',
    'ips',
    'os-security-groups',
  ],
  // neutron
  ...['networks', 'subnets', 'ports', 'bindings', 'activate', 'floatingips', 'routers', 'quotas', 'extensions', 'agents', 'segments'],
  ...['security-groups', 'security-group-rules', 'subnetpools', 'address-scopes', 'address-groups', 'rbac-policies', 'trunks', 'qos'],
  ...['policies', 'rule-types', 'availability_zones', 'network-ip-availabilities', 'add_router_interface', 'remove_router_interface'],
  ...['dhcp-agents', 'dhcp-networks', 'l3-agents', 'l3-routers', 'service-profiles', 'auto-allocated-topology', 'default'],
  // placement
  ...['allocation_candidates', 'allocations', 'resource_providers', 'resource_classes', 'inventories', 'usages', 'aggregates', 'traits'],
  ...['reshaper'],
  // glance
  ...['images', 'image', 'file', 'stage', 'import', 'members', 'schemas', 'schema', 'stores', 'info', 'tasks', 'actions', 'deactivate'],
  ...['reactivate', 'locations', 'metadefs', 'namespaces', 'cache'],
]);
const VERSION = /^v\d(?:\.\d{1,2})?$/;
/** The maximum number of segments in a path of these APIs. */
const MAX_SEGMENTS = 8;

/**
 * The route of a path. The part before the version or the first word is the mount point of the service, such as
 * `/compute`.
 */
function routeOf(path: string): string {
  const segments = path
    .split('/', MAX_SEGMENTS + 2)
    .filter((segment) => segment !== '')
    .map((segment) => segment.replace(/\.json$/, ''));
  const isKnown = (segment: string): boolean => WORDS.has(segment) || VERSION.test(segment);
  const version = segments.findIndex((segment) => VERSION.test(segment));
  const first = version === -1 ? segments.findIndex(isKnown) : version;
  const own = first === -1 ? segments : segments.slice(first);
  return `/${own
    .slice(0, MAX_SEGMENTS)
    .map((segment) => (isKnown(segment) ? segment : '{id}'))
    .join('/')}`;
}
