/** A system that runs the flow: webhook, mapping, HTTP call. */
export interface FlowSystem {
  /** Where deliveries are posted to. */
  readonly hookUrl: string
  readonly parts: readonly SystemPart[]
  /** Milliseconds from the start of its process until it said that it was ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

/** A process and all that descend from it. */
export interface SystemPart {
  readonly name: string
  readonly pid: number
  /** Name of a part that descends from this one and is counted on its own. */
  readonly without?: string
}

/** What a system is started with. */
export interface FlowSystemOptions {
  /** The address that the flow posts to. */
  readonly targetUrl: string
  /** A folder of its own, missing or empty at the first start. */
  readonly folder: string
}

/** Starts a system; at a second start in the same folder its flow is there already. */
export type StartFlowSystem = (options: FlowSystemOptions) => Promise<FlowSystem>
