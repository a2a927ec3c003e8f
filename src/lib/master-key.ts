import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from './postgres.ts'

/** The one key from which the hub's other keys come. It never leaves this object. */
export interface MasterKey {
  /** 32 bytes for one purpose, always the same; knowing one purpose's key tells nothing of another's. (HKDF-SHA-256, RFC 5869) */
  derive(purpose: string): Buffer
}

/** Where the key comes from. */
export interface MasterKeyOptions {
  /** 32 bytes in base64 or hex: `OIH_MASTER_KEY`. */
  readonly text?: string | undefined
  /** Where it lies otherwise; made with mode 0600 on the first start. */
  readonly file: string
}

const BYTES = 32

/**
 * Throws unless the key is the one with which this database was begun; the first key to come is kept as a value that tells nothing
 * of it. What was sealed under another key would look as if it had been erased.
 */
export async function assertMasterKey(db: Database, key: MasterKey): Promise<void> {
  const mine = key.derive('check')
  await db.query('insert into oih.key_check (value) values ($1) on conflict do nothing', [mine])
  const [row] = await db.query<{ value: Buffer }>('select value from oih.key_check')
  if (row !== undefined && timingSafeEqual(row.value, mine)) return
  throw new Error(
    'Cannot start as the master key must be the one that this database was begun with: put back the file "master-key" of the data folder, or set OIH_MASTER_KEY',
  )
}

/** Takes the key from `text`, else from `file`. Throws when either is not 32 bytes: there is no key to fall back on. */
export async function loadMasterKey({ text, file }: MasterKeyOptions): Promise<MasterKey> {
  const key = text === undefined ? await readOrCreate(file) : decode(text, 'OIH_MASTER_KEY')
  return {
    derive: (purpose) =>
      Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `open-integration-hub/${purpose}`, BYTES)),
  }
}

async function readOrCreate(file: string): Promise<Buffer> {
  const found = await readKey(file)
  if (found !== undefined) return found
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await createKey(file)
  const created = await readKey(file)
  if (created === undefined) throw new Error(`Cannot keep the master key as "${file}" must stay where it is`)
  return created
}

async function readKey(file: string): Promise<Buffer | undefined> {
  try {
    return decode(await readFile(file, 'utf8'), file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all, and never over another process's key: written beside, flushed, then linked to its name. */
async function createKey(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${randomBytes(BYTES).toString('base64')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await unlink(draft)
}

function decode(text: string, source: string): Buffer {
  const trimmed = text.trim()
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (key.length !== BYTES)
    throw new Error(`Cannot use the master key as "${source}" must hold 32 bytes in base64 or hex`)
  return key
}
