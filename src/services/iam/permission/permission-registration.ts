import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import type { Permission } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { insertPermission, type KeptPermission, listPermissions, updatePermission } from './permission-store.ts'

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>

/**
 * Enters what the services check into the catalogue, so that it can be given, and tells what is new or has changed. What a service
 * no longer checks stays: another process may still run the version that does. A name that an administrator has used before
 * becomes the service's.
 */
export async function registerPermissions({ db, bus, clock, catalogue }: Parts): Promise<void> {
  await asSystem(db, async (tx) => {
    const kept = new Map((await listPermissions(tx)).map((permission) => [permission.name, permission]))
    // In one order, so that two processes that start at once do not wait for each other.
    const all = catalogue.all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const permission of all) await register(tx, permission, kept.get(permission.name))
  })

  async function register(tx: Tx, permission: Permission, kept: KeptPermission | undefined): Promise<void> {
    const { name, scope, description } = permission
    if (kept === undefined) {
      const id = newId()
      // Another process may be registering at the same moment, and then tells of it.
      if (!(await insertPermission(tx, { ...permission, id, registered: true }, clock()))) return
      const payload = { id, name, ...(description && { description }), restricted: scope === 'platform' }
      await bus.publish(tx, { name: 'iam.permission.created', payload })
      return
    }
    const change = changesOf(kept, permission)
    if (change === undefined && kept.registered) return
    await updatePermission(tx, { id: kept.id, scope, description, registered: true }, clock())
    if (change) await bus.publish(tx, { name: 'iam.permission.modified', payload: { id: kept.id, name, ...change } })
  }
}

type Told = { description?: string; restricted?: boolean }

/** What the event of the change tells; undefined when nothing changes. */
export function changesOf(
  before: Pick<Permission, 'scope' | 'description'>,
  after: Pick<Permission, 'scope' | 'description'>,
): { changed: string[]; before: Told; after: Told } | undefined {
  const fields = (['description', 'restricted'] as const).filter(
    (field) => toldOf(before)[field] !== toldOf(after)[field],
  )
  if (fields.length === 0) return undefined
  // An event tells no empty text.
  const pick = (told: Required<Told>) =>
    Object.fromEntries(fields.flatMap((field) => (told[field] === '' ? [] : [[field, told[field]]])))
  return { changed: fields, before: pick(toldOf(before)), after: pick(toldOf(after)) }
}

function toldOf({ scope, description }: Pick<Permission, 'scope' | 'description'>): Required<Told> {
  return { description, restricted: scope === 'platform' }
}
