import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './login-pace.ts'

test('networkOf() gives what one host cannot change at will', () => {
  for (const [address, network] of [
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['1::', '1:0:0:0'],
  ] as const) {
    assert.equal(networkOf(address), network, address)
  }
})
