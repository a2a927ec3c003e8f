/** One load on one webhook. */
export interface LoadPlan {
  readonly hookUrl: string
  readonly seconds: number
  /**
   * `closed`: each connection sends its next delivery once the last is answered. `open`: so many deliveries a second at times fixed
   * beforehand, whatever the answers. `once`: each payload once, one after the other.
   */
  readonly kind: 'closed' | 'open' | 'once'
  /** Most requests at a time. */
  readonly connections: number
  /** Deliveries a second of an open load. */
  readonly rate?: number
}

/** What the load generator has done. Times are of the monotonic clock, in milliseconds. */
export interface LoadRecord {
  /** By id: when each delivery was sent; in an open load when it was to be sent, so that being late counts. */
  readonly sentAt: Float64Array
  /** By id: when it was answered with 200; `NaN` for any other answer. */
  readonly acceptedAt: Float64Array
  /** What else was answered, or went wrong, and how often. */
  readonly refusals: Readonly<Record<string, number>>
}
