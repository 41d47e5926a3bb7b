// Spans as they reached the backend, and whether they are those that they should be.

/** What OTLP's writers may leave out, as it says nothing. */
const isDefault = (value) =>
  value === 0 || value === '' || value === false || (Array.isArray(value) && value.length === 0) || isEmptyObject(value);
const isEmptyObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/**
 * One text per meaning, whoever wrote the JSON: the Collector leaves defaults out and has its own order of fields, the SDK writes
 * 64-bit numbers without quotes. A value that is given, such as `{"intValue": 0}`, is no default.
 */
function plain(value, key) {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value !== 'object' || value === null) return key === 'intValue' ? String(value) : value;
  const isGiven = key === 'value';
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, plain(value[name], name)])
      .filter(([, item]) => isGiven || !isDefault(item)),
  );
}

/** Each span of an OTLP JSON request: its id, the JSON that it came as, and what that means, with resource and scope. */
export function* spansOf(json) {
  for (const { resource, scopeSpans } of JSON.parse(json).resourceSpans ?? []) {
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) {
        const all = { resource, scope, span };
        yield { id: `${span.traceId}/${span.spanId}`, bytes: JSON.stringify(all), means: JSON.stringify(plain(all)) };
      }
    }
  }
}

/**
 * @param expected what each span means, by id
 * @param taken of the backend: by id, every form in which a span came, and how often it came
 */
export function compare(expected, taken) {
  const lost = [...expected.keys()].filter((id) => !taken.has(id));
  const invented = [...taken.keys()].filter((id) => !expected.has(id));
  const changed = [...taken].filter(([id, { forms }]) => expected.has(id) && forms[0].means !== expected.get(id)).map(([id]) => id);
  const unlike = [...taken].filter(([, { forms }]) => forms.length > 1).map(([id]) => id);
  const repeats = [...taken.values()].reduce((sum, { times }) => sum + times - 1, 0);
  return { lost, invented, changed, unlike, repeats };
}

/** Where two texts first differ, with what stands before it. */
export function difference(left, right) {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const from = Math.max(0, at - 80);
  return { left: left.slice(from, at + 160), right: right.slice(from, at + 160) };
}

/** A span in a few words, from what it means. */
export function briefly(means) {
  const { resource, span } = JSON.parse(means);
  const of = (attributes, key) => Object.values(attributes?.find((each) => each.key === key)?.value ?? {})[0];
  const time = (nanos) => new Date(Number(nanos) / 1e6).toISOString().slice(11, 23);
  const ids = ['openstack.instance.id', 'openstack.request.id', 'openstack.port.id'].map((key) => of(span.attributes, key)).filter(Boolean);
  return `${span.traceId}/${span.spanId} ${of(resource.attributes, 'service.name')} "${span.name}" ${time(span.startTimeUnixNano)}..${time(span.endTimeUnixNano)} ${ids.join(' ')}`;
}
