/** What a role answers to, by name. Arguments and results go between processes as they are, by structured clone. */
// biome-ignore lint/suspicious/noExplicitAny: the caller states what it sends and expects
export type Commands = Record<string, (argument: any) => Promise<unknown>>

/** Part of a case that runs in a process of its own: a load generator, a worker. */
export interface Role {
  readonly commands: Commands
  /** Ends everything it has opened. */
  stop(): Promise<void>
}

/** What a role's module exports as `createRole`. */
export type CreateRole<Input> = (input: Input) => Promise<Role>

/** A question to a role. */
export interface RoleCall {
  readonly id: number
  readonly command: string
  readonly argument: unknown
}

/** Its answer. */
export interface RoleAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}
