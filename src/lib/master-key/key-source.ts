import { distinct, type KeySource, readKey } from './key.ts'
import { keysOfFile } from './key-file.ts'

/** What the environment says of the master key, and the file that counts where it says nothing. */
export interface KeySourceOptions {
  /** `OIH_MASTER_KEY`: 32 bytes in base64 or hex. */
  readonly current?: string | undefined
  /** `OIH_MASTER_KEY_PREVIOUS`: further ones. */
  readonly former?: readonly string[] | undefined
  readonly file: string
}

/** The source that is to be used. Throws where the environment names former keys alone. */
export function keySource({ current, former = [], file }: KeySourceOptions): KeySource {
  if (current !== undefined) return keysOfEnvironment(current, former)
  if (former.length === 0) return keysOfFile(file)
  throw new Error('Cannot use OIH_MASTER_KEY_PREVIOUS as OIH_MASTER_KEY must be set with it')
}

function keysOfEnvironment(current: string, former: readonly string[]): KeySource {
  const keys = [readKey(current, 'OIH_MASTER_KEY'), ...former.map((text) => readKey(text, 'OIH_MASTER_KEY_PREVIOUS'))]
  return {
    kind: 'environment',
    read: async () => distinct(keys),
    add: async () => false,
    setAside: async () => undefined,
    place: { current: 'into OIH_MASTER_KEY', former: 'into OIH_MASTER_KEY_PREVIOUS' },
  }
}
