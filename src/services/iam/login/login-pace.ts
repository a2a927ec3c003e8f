import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { MasterKey } from '#lib/master-key/master-key'

/** How many tries in a row, and then one every so many milliseconds. */
export interface Pace {
  readonly burst: number
  readonly everyMs: number
}

/** A key that a login counts against. */
export interface PacedKey extends Pace {
  readonly key: string
}

/** Who tries to log in, and from where. All are hashes or ids. */
export interface LoginSubject {
  /** The user's id, or the hash of a name that nobody has. */
  readonly subject: string
  readonly tenantId: string | undefined
  readonly address: string
  /** Whether the user has logged in from there of late. */
  readonly isKnownPlace: boolean
}

/**
 * From one address an account may be tried a few times and then twice a minute. From all addresses together somewhat more often: guessing
 * from many is slow, and the owner, whose places are known, is not locked out by it. An office behind one address may mistype a
 * hundred times, a tenant five hundred times at once. NIST SP 800-63B-4 asks for at most 100 failures in a row; this gives 2,880 a day
 * from unknown places to one account, against passwords of at least 8 characters that are on no list.
 */
const PAIR: Pace = { burst: 5, everyMs: 30_000 }
const ACCOUNT: Pace = { burst: 20, everyMs: 30_000 }
const ADDRESS: Pace = { burst: 100, everyMs: 2_000 }
const TENANT: Pace = { burst: 500, everyMs: 100 }

/**
 * The keys of one try. Names that nobody has are paced like users, so that nobody can tell them apart, short of trying a tenant's users ten
 * times a second. Who tries from a known place is held up by the tries from there alone.
 */
export function keysOf({ subject, tenantId, address, isKnownPlace }: LoginSubject): PacedKey[] {
  const fromElsewhere = [
    { key: `account ${subject}`, ...ACCOUNT },
    ...(tenantId === undefined ? [] : [{ key: `tenant ${tenantId}`, ...TENANT }]),
  ]
  return [
    { key: `pair ${subject} ${address}`, ...PAIR },
    { key: `address ${address}`, ...ADDRESS },
    ...(isKnownPlace ? [] : fromElsewhere),
  ]
}

/** Makes of addresses what is kept of them: the network, so that nobody can read it off the rows. */
export function createPlaces(masterKey: Pick<MasterKey, 'derive'>): (address: string) => string {
  return (address) =>
    createHmac('sha256', masterKey.derive('iam/login-place')).update(networkOf(address)).digest('base64url')
}

/** The part of an address that one host cannot change at will: all of IPv4, of IPv6 the network. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? []
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail ?? '')]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
