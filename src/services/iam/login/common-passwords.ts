import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** A JSON array of words in lower case, the most common first: 49,000, of which 18,000 have at least 8 characters. */
const LIST = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common/src/passwords.json')

/**
 * Whether a password is on the list of common ones, in whichever case. The list is read and searched as a text each time, half a
 * millisecond beside the thirty of the hash that follows, so that no memory is held for what happens rarely.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const list = await readFile(LIST, 'utf8')
  return list.includes(JSON.stringify(password.toLowerCase()))
}
