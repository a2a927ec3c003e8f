import { fieldError } from '#lib/errors'
import { isCommonPassword } from './common-passwords.ts'

/** In code points, once normalised. */
export const SHORTEST_PASSWORD = 8
/** In code points, once normalised. It keeps work and memory of a check within bounds. */
export const LONGEST_PASSWORD = 128

/** What a guesser knows of the account, and tries first. */
export interface PasswordContext {
  readonly username: string
  /** Names of the tenants that the user belongs to, as far as whoever sets the password sees them. */
  readonly tenants: readonly string[]
  /** What the caller calls the password. Default `password`. */
  readonly field?: string
}

const HUB = 'Open Integration Hub'
/** A shorter word is part of too many good passwords. */
const SHORTEST_WORD = 3

/**
 * One spelling whatever the keyboard: composed and decomposed letters are the same password. Hashes hang on it: it stays as it is, or
 * nobody whose password it changes gets in.
 */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC')
}

/**
 * Throws `invalid-body`, naming the field and never the password, unless a new password is as OWASP ASVS 5 asks: 8 to 128
 * characters of any kind, none of the common ones, and 8 characters besides what a guesser knows. Passwords that are set are not
 * looked at again: they hold until they are changed.
 */
export async function checkPassword(password: string, context: PasswordContext): Promise<void> {
  const text = normalisePassword(password)
  const reason = lengthFault(text) ?? contextFault(text, context) ?? (await listFault(text))
  if (reason === undefined) return
  const { field = 'password' } = context
  throw fieldError('invalid-body', field, `must ${reason}`)
}

function lengthFault(text: string): string | undefined {
  const { length } = [...text]
  if (length >= SHORTEST_PASSWORD && length <= LONGEST_PASSWORD) return undefined
  return `have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`
}

function contextFault(text: string, { username, tenants }: PasswordContext): string | undefined {
  const [local = ''] = username.split('@')
  const words = [username, local, ...tenants, HUB].flatMap((word) => patternOf(word) ?? [])
  const rest = words.reduce((left, word) => left.replace(word, ''), text.toLowerCase())
  if ([...rest].length >= SHORTEST_PASSWORD) return undefined
  return `have ${SHORTEST_PASSWORD} characters beside the username and the names of the tenant and of the hub`
}

/** Finds a word, whatever stands between its parts: `Acme Demo`, `acmedemo` and `ACME-DEMO` are the same. */
function patternOf(word: string): RegExp | undefined {
  const parts =
    normalisePassword(word)
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const letters = [...parts.join('')]
  if (letters.length < SHORTEST_WORD) return undefined
  return new RegExp(parts.join('[^\\p{L}\\p{M}\\p{N}]*'), 'gu')
}

async function listFault(text: string): Promise<string | undefined> {
  return (await isCommonPassword(text)) ? 'not be one of the passwords that many people use' : undefined
}
