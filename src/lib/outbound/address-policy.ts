import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/** Says which addresses the hub may call. */
export interface AddressPolicy {
  /** Why `address` must not be called (`127.0.0.1 is loopback`), or undefined when it may be. */
  refusal(address: string): string | undefined
}

/** How the refused ranges are called; a range that is missing here is called reserved. */
const rangeNames: Partial<Record<string, string>> = {
  unspecified: 'unspecified',
  broadcast: 'broadcast',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: 'carrier-grade NAT',
  private: 'private',
  uniqueLocal: 'private (unique local)',
  deprecatedSiteLocal: 'private (site local)',
  teredo: 'a Teredo tunnel',
}

/** Serves secrets to virtual machines on Azure from inside a public range. */
const azureMetadata = '168.63.129.16'

/** The only IPv6 space that is handed out for public use; outside of it are also the old `::a.b.c.d` spellings of IPv4. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')

/**
 * Allows public addresses and those inside `allow` (CIDR ranges or single addresses). An IPv6 address that carries an IPv4 one
 * (mapped, NAT64, 6to4) is judged by the IPv4 address it leads to. An address that cannot be read is refused.
 */
export function createAddressPolicy(allow: readonly string[]): AddressPolicy {
  const allowed = allow.map(parseRange)

  return {
    refusal(text) {
      const address = parse(text)
      if (!address) return `${text} is not an IP address`
      const target = addressBehind(address)
      if (isInside(address, allowed) || isInside(target, allowed)) return undefined
      const name = refusedRange(target)
      if (!name) return undefined
      return target === address ? `${text} is ${name}` : `${text} leads to ${target.toString()}, which is ${name}`
    },
  }
}

function parseRange(text: string): Range {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.parse(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch (error) {
    throw new Error(`Cannot allow "${text}" as it must be a CIDR range such as "10.0.0.0/8"`, { cause: error })
  }
}

function parse(text: string): Address | undefined {
  const withoutZone = text.replace(/%.*$/, '')
  return ipaddr.isValid(withoutZone) ? ipaddr.parse(withoutZone) : undefined
}

function isInside(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some((range) => range[0].kind() === address.kind() && address.match(range))
}

function addressBehind(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address
  const bytes = address.toByteArray()
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return new ipaddr.IPv4(bytes.slice(12))
    case 'rfc6052':
      // Only the well-known prefix has the IPv4 address in its last 32 bits; the local-use prefix stays refused as it is.
      return address.match(ipaddr.parseCIDR('64:ff9b::/96')) ? new ipaddr.IPv4(bytes.slice(12)) : address
    case '6to4':
      return new ipaddr.IPv4(bytes.slice(2, 6))
    default:
      return address
  }
}

function refusedRange(address: Address): string | undefined {
  if (address.toString() === azureMetadata) return 'a metadata service'
  const range = address.range()
  if (range !== 'unicast') return rangeNames[range] ?? 'reserved'
  return address instanceof ipaddr.IPv6 && !address.match(globalUnicast) ? 'reserved' : undefined
}
