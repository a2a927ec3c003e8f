import type { CastMember } from './cast.ts'

/** A user that a load has made. The password is known here alone: the hub keeps no more than its hash. */
export interface DemoUser extends Pick<CastMember, 'part' | 'about'> {
  readonly username: string
  readonly password: string
}

/** How a load tells of itself while it goes on. */
export interface LoadReport {
  /** A sentence on what was done. Never holds a secret. */
  onProgress(text: string): void
  /** A user as soon as it exists, with its password: should the load be cut off, it is known all the same. */
  onUser(user: DemoUser): void
}
