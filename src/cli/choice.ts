import type { FinishedTrace } from '../model/span.js';
import type { ProvenZones } from '../model/wrong-zone.js';
import type { ReplayOptions } from '../pipeline/replay.js';
import type { Io, Values } from './command.js';
import { type Chooser, createChooser, type Filter, type Selection, selectionOf } from './select.js';
import type { selectOptions } from './select-options.js';
import { generalZone, zonesOf } from './zone.js';

type ChoiceValues = Values<typeof selectOptions> & { readonly timezone: string | undefined };

/**
 * The actions that the options of a command choose. With `--timezone auto` the zone is known only when the logs are open, and
 * the choice is made again then: times such as that of `--since` are in it.
 */
export class Choice {
  readonly #values: ChoiceValues;
  readonly #now: number;
  readonly #actions: readonly string[];
  readonly #onReady: ((trace: FinishedTrace) => void) | undefined;
  /** traces with a line of the request that was asked for */
  readonly #requested = new WeakSet<FinishedTrace>();
  #zone: string;
  #selection: Selection;
  #chooser: Chooser;
  #unmatched: Set<Filter>;

  /** @param onReady takes each chosen trace as soon as it is certain; else `all` gives them */
  static async of(values: ChoiceValues, { clock, engine }: Io, onReady?: (trace: FinishedTrace) => void): Promise<Choice> {
    return new Choice(values, values.action === undefined ? [] : await engine.actionNames(), clock.now(), onReady);
  }

  private constructor(
    values: ChoiceValues,
    actions: readonly string[],
    now: number,
    onReady: ((trace: FinishedTrace) => void) | undefined,
  ) {
    this.#values = values;
    this.#actions = actions;
    this.#now = now;
    this.#onReady = onReady;
    this.#zone = values.timezone === 'auto' ? 'UTC' : zonesOf(values.timezone);
    this.#selection = this.#select();
    this.#chooser = createChooser(this.#selection, onReady);
    this.#unmatched = new Set(this.#selection.filters);
  }

  /** The zones of local times, as `--timezone` has them. */
  get zone(): string {
    return this.#zone;
  }

  get selection(): Selection {
    return this.#selection;
  }

  /** The filters that no trace passes, even each by itself. */
  get unmatched(): readonly Filter[] {
    return [...this.#unmatched];
  }

  /** Takes the zones that the logs prove, before any trace. */
  readonly onProven = ({ zones }: ProvenZones): void => {
    this.#zone = zones;
    this.#selection = this.#select();
    this.#chooser = createChooser(this.#selection, this.#onReady);
    this.#unmatched = new Set(this.#selection.filters);
  };

  /** What the engine must report so that `--request` can be answered; nothing without it. */
  get asks(): Pick<ReplayOptions, 'onRequests'> {
    const { request } = this.#selection;
    if (request === undefined) return {};
    return {
      onRequests: (trace, requests) => {
        for (const one of requests) if (one.startsWith(request)) this.#requested.add(trace);
      },
    };
  }

  /** @returns the traces that pass all filters because of this one: itself, and what waited for it */
  add(trace: FinishedTrace): readonly FinishedTrace[] {
    for (const filter of this.#unmatched) if (filter.wants(trace)) this.#unmatched.delete(filter);
    return this.#chooser.add(trace);
  }

  /** The chosen traces that were not given to `onReady`, in their order. */
  all(): readonly FinishedTrace[] {
    return this.#chooser.all();
  }

  #select(): Selection {
    const hasRequest = (trace: FinishedTrace): boolean => this.#requested.has(trace);
    return selectionOf(this.#values, { now: this.#now, zone: generalZone(this.#zone), actions: this.#actions, hasRequest });
  }
}
