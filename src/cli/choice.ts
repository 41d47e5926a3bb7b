import type { FinishedTrace } from '../model/span.js';
import type { ProvenZones } from '../model/wrong-zone.js';
import type { ReplayOptions } from '../pipeline/replay.js';
import type { Io, Values } from './command.js';
import { type Chooser, createChooser, type Filter, type Selection, selectionOf } from './select.js';
import type { selectOptions } from './select-options.js';
import { generalZone, zonesOf } from './zone.js';

type ChoiceValues = Values<typeof selectOptions> & { readonly timezone: string | undefined };

/**
 * Chooses actions by the options of a command. With `--timezone auto` the zone is known only after the logs are opened,
 * and the filters are built again then, because times such as that of `--since` depend on it.
 */
export class Choice {
  readonly #values: ChoiceValues;
  readonly #now: number;
  readonly #actions: readonly string[];
  readonly #onReady: ((trace: FinishedTrace) => void) | undefined;
  /** traces with a line of the requested request id */
  readonly #requested = new WeakSet<FinishedTrace>();
  #zone: string;
  #selection: Selection;
  #chooser: Chooser;
  #unmatched: Set<Filter>;

  /** @param onReady gets each chosen trace as soon as the choice is certain; without it, `all` returns them */
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

  /** Zones of local times, in the form of `--timezone`. */
  get zone(): string {
    return this.#zone;
  }

  get selection(): Selection {
    return this.#selection;
  }

  /** Filters that no trace passes, even each filter alone. */
  get unmatched(): readonly Filter[] {
    return [...this.#unmatched];
  }

  /** Sets the zones that the logs prove. Called before the first trace. */
  readonly onProven = ({ zones }: ProvenZones): void => {
    this.#zone = zones;
    this.#selection = this.#select();
    this.#chooser = createChooser(this.#selection, this.#onReady);
    this.#unmatched = new Set(this.#selection.filters);
  };

  /** Callbacks that the engine must call so that `--request` can be answered; empty without `--request`. */
  get asks(): Pick<ReplayOptions, 'onRequests'> {
    const { request } = this.#selection;
    if (request === undefined) return {};
    return {
      onRequests: (trace, requests) => {
        for (const one of requests) if (one.startsWith(request)) this.#requested.add(trace);
      },
    };
  }

  /** @returns the traces that are now certain to pass all filters: this one, and those that waited for it */
  add(trace: FinishedTrace): readonly FinishedTrace[] {
    for (const filter of this.#unmatched) if (filter.wants(trace)) this.#unmatched.delete(filter);
    return this.#chooser.add(trace);
  }

  /** The chosen traces that were not passed to `onReady`, in their order. */
  all(): readonly FinishedTrace[] {
    return this.#chooser.all();
  }

  #select(): Selection {
    const hasRequest = (trace: FinishedTrace): boolean => this.#requested.has(trace);
    return selectionOf(this.#values, { now: this.#now, zone: generalZone(this.#zone), actions: this.#actions, hasRequest });
  }
}
