/** Times that were read in a wrong zone. */
export interface WrongZone {
  /** which services' times, the zone that they look to be in, and the one that they were read in */
  readonly what: string;
  readonly remedy: string;
  /** what `--timezone` takes instead; undefined where one option cannot say it */
  readonly zones?: string;
}
