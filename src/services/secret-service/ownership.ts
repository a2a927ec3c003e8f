import type { Payloads } from '#catalogue'
import type { NewEvent } from '#event-bus'
import { fieldError, HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { SecretParts } from './deps.ts'
import { demandOwnTenant, isSameOwner, type Kind, type Owned, type Owner } from './owners.ts'

/** Who brings it about; undefined = the hub itself. */
export type By = Pick<Principal, 'id'> | undefined

type Name = keyof Payloads & `secret-service.${string}`
type Told = { [N in Name]: NewEvent<N, Payloads[N]> }[Name]

/** A kind of things that have owners, by its rows and its events. */
export interface OwnedKind<T extends Owned> {
  readonly what: Kind
  /** Those of an owner, of one tenant or of all that the transaction sees, locked, up to `most`. */
  findOwnedBy(tx: Tx, owner: Owner, tenantId: string | undefined, most: number): Promise<T[]>
  update(tx: Tx, thing: T & { readonly updatedAt: Date }): Promise<void>
  delete(tx: Tx, id: string): Promise<void>
  /** Removes up to `most` of a tenant; resolves to what they were. */
  deleteOf(tx: Tx, tenantId: string, most: number): Promise<T[]>
  shared(thing: T, owner: Owner, by: By): Told
  disowned(thing: T, owner: Owner, by: By): Told
  deleted(thing: T, by: By): Told
}

/** How things of one kind get owners and lose them, and go with their last one. Each change is told in its transaction. */
export interface Ownership<T extends Owned> {
  /**
   * Adds an owner to a thing that is locked; one that it has already changes nothing. Resolves to the thing. Throws `invalid-body` for another
   * tenant, and where there are 200.
   */
  share(tx: Tx, thing: T, owner: Owner, by: By): Promise<T>
  /** Takes an owner from a thing that is locked, which must have others: else `conflict`. Who is none is none already. Resolves to the thing. */
  unshare(tx: Tx, thing: T, owner: Owner, by: By): Promise<T>
  /** Takes an owner from a thing that is locked: it stays with its others, or goes with its last one. */
  disown(tx: Tx, thing: T, owner: Owner, by: By): Promise<void>
  /** Removes a thing that is locked, whoever owns it. */
  remove(tx: Tx, thing: T, by: By): Promise<void>
  /** Takes an owner from a batch of things, of one tenant or of all that the transaction sees; false when none is left. */
  disownBatch(
    tx: Tx,
    owner: Owner,
    options: { readonly tenantId?: string | undefined; readonly by: By },
  ): Promise<boolean>
  /** Removes a batch of the things of a tenant; false when none is left. */
  removeBatch(tx: Tx, tenantId: string, by: By): Promise<boolean>
}

/** Things in one go: few enough to be over soon. */
const BATCH = 200
/** More would make each look at a thing slower. */
const MOST_OWNERS = 200

/** Creates it for one kind. */
export function createOwnership<T extends Owned & { readonly id: string }>(
  { bus, clock }: Pick<SecretParts, 'bus' | 'clock'>,
  kind: OwnedKind<T>,
): Ownership<T> {
  async function disown(tx: Tx, thing: T, owner: Owner, by: By): Promise<void> {
    const owners = thing.owners.filter((each) => !isSameOwner(each, owner))
    if (owners.length === 0) return remove(tx, thing, by)
    await kind.update(tx, { ...thing, owners, updatedAt: clock() })
    await bus.publishAll(tx, [kind.disowned(thing, owner, by)])
  }

  async function remove(tx: Tx, thing: T, by: By): Promise<void> {
    await kind.delete(tx, thing.id)
    await bus.publishAll(tx, [kind.deleted(thing, by)])
  }

  return {
    async share(tx, thing, owner, by) {
      demandOwnTenant(owner, thing.tenantId, 'id')
      if (thing.owners.some((each) => isSameOwner(each, owner))) return thing
      if (thing.owners.length >= MOST_OWNERS)
        throw fieldError('invalid-body', 'id', `must not be one more than ${MOST_OWNERS} owners`)
      const after = { ...thing, owners: [...thing.owners, owner], updatedAt: clock() }
      await kind.update(tx, after)
      await bus.publishAll(tx, [kind.shared(after, owner, by)])
      return after
    },
    async unshare(tx, thing, owner, by) {
      const owners = thing.owners.filter((each) => !isSameOwner(each, owner))
      if (owners.length === thing.owners.length) return thing
      if (owners.length === 0)
        throw new HubError('conflict', `Cannot take the last owner from the ${kind.what}: delete it instead`)
      await disown(tx, thing, owner, by)
      return { ...thing, owners }
    },
    disown,
    remove,
    async disownBatch(tx, owner, { tenantId, by }) {
      const things = await kind.findOwnedBy(tx, owner, tenantId, BATCH)
      for (const thing of things) await disown(tx, thing, owner, by)
      return things.length === BATCH
    },
    async removeBatch(tx, tenantId, by) {
      const things = await kind.deleteOf(tx, tenantId, BATCH)
      await bus.publishAll(
        tx,
        things.map((thing) => kind.deleted(thing, by)),
      )
      return things.length === BATCH
    },
  }
}
