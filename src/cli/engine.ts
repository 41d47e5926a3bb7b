import type { Messages, Table } from '../catalogue/define.js';
import type { CheckOptions } from '../check/check.js';
import type { SendOptions } from '../check/send.js';
import type { ResendOptions } from '../deliver/resend.js';
import type { Clock } from '../model/clock.js';
import type { FinishedTrace } from '../model/span.js';
import type { ExcerptOptions } from '../pipeline/excerpt/choose.js';
import type { Excerpt } from '../pipeline/excerpt/excerpt.js';
import type { ExplainOptions, Explanation } from '../pipeline/explain.js';
import type { ReplayOptions } from '../pipeline/replay.js';
import type { TailIo, TailOptions } from '../pipeline/tail.js';

export interface ViewOptions {
  /** as LISTEN_FORM; undefined for the default address, or a free port if that is in use */
  readonly listen: string | undefined;
  readonly clock: Clock;
  /** Receives the reason of a failed request. */
  readonly onFault: (reason: string) => void;
}

export interface OpenView {
  readonly url: string;
  add(trace: FinishedTrace): void;
  /** Updates the reading status on the page. */
  say(status: { readonly state: 'reading' | 'done'; readonly read: number; readonly total: number }): void;
  close(): Promise<void>;
}

/** Writes a trace as one line without the newline. The returned bytes are valid until the next call. */
type Encode = (trace: FinishedTrace) => string | Uint8Array;

export type Engine = typeof engine;

/**
 * Everything that commands need from the rest of the program. Tests pass their own. Each part is loaded on first use,
 * so that no command loads what it does not need.
 */
export const engine = {
  async *replay(options: ReplayOptions): AsyncIterable<FinishedTrace> {
    const { replay } = await import('../pipeline/replay.js');
    yield* replay(options);
  },

  async explainLine(line: string, options: ExplainOptions): Promise<Explanation> {
    const { explainLine } = await import('../pipeline/explain.js');
    return explainLine(line, options);
  },

  /** @returns undefined if the text names no phase */
  async explainPhase(text: string): Promise<Explanation['stages'] | undefined> {
    const { explainPhase } = await import('../lifecycle/explain-phase.js');
    return explainPhase(text);
  },

  /** Runs until `io.signal` aborts, then stops gracefully. @returns the exit code */
  async runTail(options: TailOptions, io: TailIo) {
    const { runTail } = await import('../pipeline/tail.js');
    return runTail(options, io);
  },

  async check(options: CheckOptions) {
    const { checkLogs } = await import('../check/check.js');
    return checkLogs(options);
  },

  /** Sends one test trace with the SDK's exporter and one with ours. */
  async sendTest(options: SendOptions) {
    const { sendTest } = await import('../check/send.js');
    return sendTest(options);
  },

  /** Writes the lines of some actions into a folder, with names replaced, and verifies the excerpt. */
  async excerpt(options: ExcerptOptions): Promise<Excerpt> {
    const { excerpt } = await import('../pipeline/excerpt/excerpt.js');
    return excerpt(options);
  },

  async *resend(options: ResendOptions) {
    const { resend } = await import('../deliver/resend.js');
    yield* resend(options);
  },

  /** Names of all actions, as in traces. */
  async actionNames(): Promise<readonly string[]> {
    const { actions } = await import('../lifecycle/name.js');
    return actions.map(({ name }) => name);
  },

  async formats(): Promise<Record<'otlp' | 'json', Encode>> {
    const [{ createOtlpEncoder }, { toJson }] = await Promise.all([import('../export/otlp-json.js'), import('../export/json.js')]);
    return { otlp: createOtlpEncoder(), json: (trace) => toJson(trace) };
  },

  /** Serves the page of the given traces. */
  async openView({ listen, clock, onFault }: ViewOptions): Promise<OpenView> {
    const [{ serveView, VIEW_LISTEN }, { TraceStore }] = await Promise.all([import('../view/server.js'), import('../view/store.js')]);
    const store = new TraceStore();
    const now = () => clock.now();
    const isFallback = listen === undefined;
    const server = await serveView({ store, listen: listen ?? VIEW_LISTEN, isFallback, now, onFault });
    return { url: server.url, add: (trace) => store.add(trace), say: (status) => server.say(status), close: () => server.close() };
  },

  /** Traces as one self-contained HTML file, piece by piece. */
  async htmlReport(traces: readonly FinishedTrace[]): Promise<Iterable<string>> {
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
    const messages: readonly Table<Messages>[] = tables;
    return {
      messages,
      actions,
      /** docs/catalogue.md: the messages */
      markdown: catalogueMarkdown(),
      /** docs/releases.md, docs/actions.md and docs/phases.md */
      pages: { releases: releasesMarkdown(actions), actions: actionsMarkdown(), phases: phasesMarkdown(actions) },
    };
  },
};
