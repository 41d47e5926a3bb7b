// As much of a browser as Grafana's data package asks for while it is loaded; nothing of it is used.
const nothing = () => undefined;
const store = { getItem: () => null, setItem: nothing, removeItem: nothing };
const element = () => ({
  style: {},
  classList: { add: nothing, remove: nothing },
  appendChild: nothing,
  getContext: () => null,
  setAttribute: nothing,
});
globalThis.self = globalThis;
globalThis.window = Object.assign(globalThis, {
  localStorage: store,
  sessionStorage: store,
  location: { href: 'http://grafana/', origin: 'http://grafana', pathname: '/', search: '', hash: '' },
  addEventListener: nothing,
  removeEventListener: nothing,
  history: {},
  grafanaBootData: { settings: { featureToggles: {} }, user: {} },
});
globalThis.navigator ??= { language: 'en', languages: ['en'] };
globalThis.document = {
  addEventListener: nothing,
  createElement: element,
  createElementNS: element,
  documentElement: element(),
  head: element(),
  body: element(),
  getElementsByTagName: () => [element()],
  querySelector: () => null,
};
