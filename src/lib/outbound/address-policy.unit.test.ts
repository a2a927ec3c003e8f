import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressPolicy } from './address-policy.ts'

const refused: [address: string, name: string][] = [
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'link-local'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.100.100.200', 'carrier-grade NAT'],
  ['168.63.129.16', 'metadata'],
  ['192.0.0.192', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['224.0.0.1', 'multicast'],
  ['::1', 'loopback'],
  ['::', 'unspecified'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00:ec2::254', 'unique local'],
  ['fec0::1', 'site local'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', '127.0.0.1, which is loopback'],
  ['::ffff:a9fe:a9fe', '169.254.169.254, which is link-local'],
  ['64:ff9b::10.0.0.1', '10.0.0.1, which is private'],
  ['64:ff9b:1::808:808', 'reserved'],
  ['2002:7f00:1::', '127.0.0.1, which is loopback'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo'],
  ['::7f00:1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['4000::1', 'reserved'],
  ['not an address', 'not an IP address'],
]

const allowed = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']

test('refusal() names the range of every address that is not public', () => {
  const policy = createAddressPolicy([])
  for (const [address, name] of refused) {
    const reason = policy.refusal(address)
    assert.ok(reason?.includes(name), `${address}: ${reason}`)
  }
})

test('refusal() lets public addresses pass in every spelling', () => {
  const policy = createAddressPolicy([])
  for (const address of allowed) assert.equal(policy.refusal(address), undefined, address)
})

test('refusal() lets allowed ranges pass, and nothing beside them', () => {
  const policy = createAddressPolicy(['10.0.0.0/8', '127.0.0.1', 'fd00::/8', '::1'])
  for (const address of ['10.9.8.7', '127.0.0.1', '::ffff:10.0.0.1', 'fd12::1', '::1']) {
    assert.equal(policy.refusal(address), undefined, address)
  }
  for (const address of ['127.0.0.2', '192.168.0.1', 'fe80::1']) assert.ok(policy.refusal(address), address)
})

test('createAddressPolicy() refuses a range that it cannot read', () => {
  assert.throws(() => createAddressPolicy(['10.0.0.0/99']), /Cannot allow "10.0.0.0\/99" as it must be a CIDR range/)
  assert.throws(() => createAddressPolicy(['intranet']), /Cannot allow "intranet"/)
})
