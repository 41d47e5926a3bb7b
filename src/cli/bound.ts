import type { Engine } from './engine.js';

/** The engine that the commands run on: each part is loaded when it is first needed. */
export const engine: Engine = {
  async *replay(options) {
    const { replay } = await import('../pipeline/replay.js'); // bound in pipeline
    yield* replay(options);
  },

  async explainLine(line, options) {
    const { explainLine } = await import('../pipeline/explain.js'); // bound in pipeline
    return explainLine(line, options);
  },

  async explainPhase(text) {
    const { explainPhase } = await import('../lifecycle/explain-phase.js');
    return explainPhase(text);
  },

  async runTail(options, io) {
    const { runTail } = await import('../pipeline/tail.js'); // bound in pipeline
    return runTail(options, io);
  },

  async check(options) {
    const { checkLogs } = await import('../check/check.js'); // bound in pipeline
    return checkLogs(options);
  },

  async *resend(options) {
    const { resend } = await import('../deliver/resend.js'); // bound in pipeline
    yield* resend(options);
  },

  async actionNames() {
    const { actions } = await import('../lifecycle/name.js');
    return actions.map(({ name }) => name);
  },

  async formats() {
    const [{ createOtlpEncoder }, { toJson }] = await Promise.all([import('../export/otlp-json.js'), import('../export/json.js')]);
    return { otlp: createOtlpEncoder(), json: (trace) => toJson(trace) };
  },

  async openView({ listen, clock, onFault }) {
    const [{ serveView, VIEW_LISTEN }, { TraceStore }] = await Promise.all([import('../view/server.js'), import('../view/store.js')]);
    const store = new TraceStore();
    const now = () => clock.now();
    const isFallback = listen === undefined;
    const server = await serveView({ store, listen: listen ?? VIEW_LISTEN, isFallback, now, onFault });
    return { url: server.url, add: (trace) => store.add(trace), say: (status) => server.say(status), close: () => server.close() };
  },

  async htmlReport(traces) {
    const { htmlReport } = await import('../view/report.js');
    return htmlReport(traces);
  },

  async catalogue() {
    const [{ catalogueMarkdown }, { tables }, { actions }, { releasesMarkdown }, { actionsMarkdown }, { phasesMarkdown }] =
      await Promise.all([
        import('../catalogue/index.js'),
        import('../catalogue/tables.js'),
        import('../lifecycle/name.js'),
        import('../lifecycle/releases.js'),
        import('../lifecycle/markdown.js'),
        import('../lifecycle/phases-markdown.js'),
      ]);
    return {
      messages: tables,
      actions,
      markdown: catalogueMarkdown(),
      pages: { releases: releasesMarkdown(actions), actions: actionsMarkdown(), phases: phasesMarkdown(actions) },
    };
  },
};
