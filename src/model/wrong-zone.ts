/** Times that were read in a wrong zone. */
export interface WrongZone {
  /** which services' times, the zone that they look to be in, and the one that they were read in */
  readonly what: string;
  readonly remedy: string;
  /** what `--timezone` takes instead; undefined where one option cannot say it */
  readonly zones?: string;
}

/** The zones that logs prove. */
export interface ProvenZones {
  /** as `--timezone` takes them */
  readonly zones: string;
  /** hosts whose logs are in another one */
  readonly others: readonly { readonly host: string; readonly zone: string }[];
  /** how that is known; undefined where nothing could be compared */
  readonly by: string | undefined;
}
