import { createKeyRing, type KeyRing } from '#lib/master-key/key-ring'
import { keySource } from '#lib/master-key/key-source'
import type { Database } from '#lib/postgres'

/** A ring with the keys, by default one that is the same for every test, in use on the database. */
export async function openTestKeyRing(
  db: Database,
  [current, ...former]: string[] = ['ab'.repeat(32)],
): Promise<KeyRing> {
  const ring = createKeyRing({ db, source: keySource({ current, former, file: '' }) })
  await ring.open()
  return ring
}
