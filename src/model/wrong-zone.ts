/** Times that were read in the wrong zone. */
export interface WrongZone {
  /** which services, the zone that their times seem to be in, and the zone in which they were read */
  readonly what: string;
  readonly remedy: string;
  /** the right value of `--timezone`; undefined if one value cannot express it */
  readonly zones?: string;
}

/** The zones that logs prove. */
export interface ProvenZones {
  /** as `--timezone` takes them */
  readonly zones: string;
  /** hosts whose logs are in another zone */
  readonly others: readonly { readonly host: string; readonly zone: string }[];
  /** how that is known; undefined if nothing could be compared */
  readonly by: string | undefined;
}
