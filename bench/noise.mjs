// What a cloud writes while no action is under way: periodic tasks, and requests that only ask.

/** A record of a periodic task: of a request that no user made, and about no instance. libvirt's events are of guests that start and stop. */
const PERIODIC =
  /^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ \S+ \[(?:None )?req-[0-9a-f-]{36} - - [^\]]*\] (?!\[instance: |Emitting event <LifecycleEvent)/;

/** Is it a record of nova-compute of no instance, at any level? */
export const isComputeNoise = (text) => PERIODIC.test(text) || HELPER.test(text);

/** What a node prints on which nothing happens. Lines without a head go with the record they continue. */
export function quietPart(text) {
  let isKept = false;
  return text
    .split('\n')
    .filter((line) => {
      if (/^\d{4}-\d\d-\d\d /.test(line)) isKept = PERIODIC.test(line);
      return isKept;
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** The ids of a record's request: the one that the user's client or another service made, and the service's own. */
const idsOf = (text) => / \[(?:None )?((?:req-[0-9a-f-]{36} ?)+)/.exec(text)?.[1].trim().split(' ') ?? [];

/** A request that changes something says so with its method, in the service that takes it. */
const CHANGES = /"(?:POST|PUT|DELETE|PATCH) |Action: '/;

/** OVN's events about ports, and what nova does to instances, have requests like those of periodic tasks. */
const FOLLOWS_FROM_ACTIONS = /[Pp]orts?\b|\[instance: |LifecycleEvent|Logical_Switch/;

/** The agent's heartbeat. */
const HEARTBEAT = /SbGlobalUpdateEvent|DbSetCommand\(table=Chassis_Private/;
/** Helper processes that come and go; at DEBUG they print what they do, which follows from actions. */
const HELPER = / INFO oslo\.privsep\.daemon \[-\]/;

/** Requests that change something, and all that was asked for them. */
export function changingRequests(texts) {
  return new Set(texts.filter((text) => CHANGES.test(text)).flatMap(idsOf));
}

/** Is a record of an API service of no action? */
export function isApiNoise(text, changing) {
  const ids = idsOf(text);
  if (ids.length === 0 || ids.some((id) => changing.has(id))) return false;
  return !(PERIODIC.test(text) && FOLLOWS_FROM_ACTIONS.test(text));
}

/** Is a record of the metadata agent of no action? */
export const isAgentNoise = (text) => HEARTBEAT.test(text) || HELPER.test(text);
