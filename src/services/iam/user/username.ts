import { createHmac } from 'node:crypto'
import { fieldError } from '#lib/errors'

/** Characters a username may have, once normalised. */
export const LONGEST_USERNAME = 254

/**
 * One spelling for names that look or mean the same: compatibility forms (full width, ligatures) folded, then lower case. Lower case
 * can leave a form that is not normal, hence the second folding; applying all of it again changes nothing.
 */
export function normaliseUsername(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** The normalised name of a new user. Throws `invalid-body` for one with spaces, invisible characters or of a wrong length. */
export function checkedUsername(username: string): string {
  const name = normaliseUsername(username)
  const reason = faultOf(name)
  if (reason === undefined) return name
  throw fieldError('invalid-body', 'username', `must ${reason}`)
}

function faultOf(name: string): string | undefined {
  if (name === '' || [...name].length > LONGEST_USERNAME) return `have 1 to ${LONGEST_USERNAME} characters`
  return /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(name)
    ? 'not contain spaces or invisible characters'
    : undefined
}

/**
 * What is told of a name that no user has. It may be a password typed into the wrong field: with a key, so that nobody can try
 * likely words against the log.
 */
export function usernameHash(key: Buffer, normalised: string): string {
  return createHmac('sha256', key).update(normalised).digest('hex')
}
