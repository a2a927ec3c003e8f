import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 43 characters of 62 hold 256 bits. */
const RANDOM_CHARACTERS = 43
/** Enough of 62 for 32 bits. */
const CHECKSUM_CHARACTERS = 6
const FORM = new RegExp(`^oih_[0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`)

/** A new token: `oih_`, 256 random bits, and their CRC-32, by which scanners tell a leaked token from a look-alike. */
export function newToken(): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `oih_${random}${checksum(random)}`
}

/** Whether a text has the form of a token: what has not need not be looked for. */
export function isToken(text: string): boolean {
  return FORM.test(text) && checksum(text.slice(4, -CHECKSUM_CHARACTERS)) === text.slice(-CHECKSUM_CHARACTERS)
}

/** What is stored of a token. It has 256 random bits, so that a fast hash without salt is enough. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let place = 0; place < CHECKSUM_CHARACTERS; place++) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits
    rest = Math.floor(rest / ALPHABET.length)
  }
  return digits
}
