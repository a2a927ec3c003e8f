import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { HubError } from '#lib/errors'
import { normalisePassword } from './password-policy.ts'
import { createTurnstile, type Turnstile } from './turnstile.ts'

/** Hashes passwords and checks them. */
export interface Passwords {
  /** The PHC string to be stored. */
  hash(password: string): Promise<string>
  /** Whether the password fits. With no hash it costs the same and is false, so that nobody can tell unknown users by time. */
  verify(password: string, hash: string | undefined): Promise<boolean>
  /** Whether the hash costs what new ones do: any other tells by its time that there is such a user. */
  isCurrent(hash: string): boolean
}

/** Node's Argon2id, outside the main thread. */
export type DeriveKey = (
  algorithm: 'argon2id',
  parameters: {
    readonly message: Buffer
    readonly nonce: Buffer
    readonly memory: number
    readonly passes: number
    readonly parallelism: number
    readonly tagLength: number
  },
) => Promise<Buffer>

/** How many hashes run and wait, and by what. */
export interface PasswordsOptions {
  /** Default: Node's own. */
  readonly derive?: DeriveKey
  /** Passwords checked at a time. Default 2: half of Node's threads, so that files and look-ups of names are not held up. */
  readonly atOnce?: number
  /** Checks that wait; more are refused with `unavailable`. Default 64: about two seconds' worth. */
  readonly mostWaiting?: number
}

/** New passwords are hashed one at a time beside the checks, so that whoever sets many holds up no login. */
const SETTING = { atOnce: 1, mostWaiting: 16 }

/** OWASP's parameters for Argon2id: 19 MiB (in KiB), two passes, one lane. */
const memory = 19_456
const passes = 2
const parallelism = 1
const SALT_BYTES = 16
const TAG_BYTES = 32

/** Hashes passwords with Argon2id. Parameters are stored with each hash: raising them leaves older hashes valid. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const { derive = promisify(argon2), atOnce = 2, mostWaiting = 64 } = options
  const checking = createTurnstile({ atOnce, mostWaiting, refuse: () => tooMany('check', 'logins') })
  const setting = createTurnstile({ ...SETTING, refuse: () => tooMany('set', 'new passwords') })
  const nobody = write({ memory, passes, parallelism, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) })

  const tagOf = (turnstile: Turnstile, password: string, { salt, tag, ...costs }: Hash) => {
    const message = Buffer.from(normalisePassword(password))
    return turnstile.pass(() => derive('argon2id', { message, nonce: salt, tagLength: tag.length, ...costs }))
  }

  return {
    async hash(password) {
      const blank = { memory, passes, parallelism, salt: randomBytes(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) }
      return write({ ...blank, tag: await tagOf(setting, password, blank) })
    },
    async verify(password, hash = nobody) {
      const stored = read(hash)
      return timingSafeEqual(await tagOf(checking, password, stored), stored.tag)
    },
    isCurrent(hash) {
      const stored = read(hash)
      return stored.memory === memory && stored.passes === passes && stored.parallelism === parallelism
    },
  }
}

function tooMany(action: string, others: string): HubError {
  return new HubError('unavailable', `Cannot ${action} the password as too many ${others} are waiting: try again`, {
    retryAfter: 2,
  })
}

/**
 * What is wrong with a hash that was made elsewhere; undefined for one by which somebody may log in here. Bounded both ways: a cheap one would
 * not protect the password, an expensive one would hold up all other logins.
 */
export function foreignHashFault(text: string): string | undefined {
  const hash = parse(text)
  if (hash === undefined) return 'be an Argon2id PHC string of version 19'
  const { memory: size, passes: times, parallelism: lanes, salt, tag } = hash
  const isCostly = size >= LEAST_MEMORY && size <= MOST_MEMORY && times >= 1 && size * times <= MOST_WORK
  if (!isCostly || lanes < 1 || lanes > 4) {
    return `cost from ${LEAST_MEMORY} to ${MOST_MEMORY} KiB, with memory times passes up to ${MOST_WORK}, and have 1 to 4 lanes`
  }
  if (isBetween(salt.length, 8, 64) && isBetween(tag.length, 16, 64)) return undefined
  return 'have a salt of 8 to 64 bytes and a hash of 16 to 64 bytes'
}

/** In KiB: the least that OWASP names for Argon2id. */
const LEAST_MEMORY = 7_168
const MOST_MEMORY = 65_536
/** Seven times the work of one of ours. */
const MOST_WORK = 272_384

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}

interface Hash {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, base64 without padding. */
function write({ memory, passes, parallelism, salt, tag }: Hash): string {
  const [saltText, tagText] = [salt, tag].map((bytes) => bytes.toString('base64').replaceAll('=', ''))
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${saltText}$${tagText}`
}

function read(text: string): Hash {
  const hash = parse(text)
  if (hash === undefined) throw new Error('Cannot read a password hash as it must be an Argon2id PHC string')
  return hash
}

function parse(text: string): Hash | undefined {
  const form = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
  const [, m, t, p, salt, tag] = form.exec(text) ?? []
  if (salt === undefined || tag === undefined) return undefined
  return {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}
