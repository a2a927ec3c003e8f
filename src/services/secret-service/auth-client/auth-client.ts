import type { Owned } from '../owners.ts'

/** The kinds of auth clients. */
export const authClientTypes = [
  'OA1_TWO_LEGGED',
  'OA1_THREE_LEGGED',
  'OA2_AUTHORIZATION_CODE',
  'OA2_CLIENT_CREDENTIALS',
  'SESSION_AUTH',
] as const

/** One of them. */
export type AuthClientType = (typeof authClientTypes)[number]

/** By what the hub is known to a provider, without its credentials. */
export interface AuthClient extends Owned {
  readonly id: string
  readonly name: string
  readonly type: AuthClientType
  /** What is not secret: endpoints, redirect address, … in the form of its type. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Grows with each change. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
