import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '#lib/errors'
import { type ClientType, checkClient, redirectUriFault } from './client.ts'

const good: [ClientType, string][] = [
  ['web', 'https://app.example.org/callback'],
  ['web', 'https://app.example.org:8443/callback?tenant=a'],
  ['web', 'http://localhost:3000/cb'],
  ['browser', 'http://127.0.0.1:8080/'],
  ['native', 'http://127.0.0.1/cb'],
  ['native', 'http://[::1]/cb'],
  ['native', 'com.example.app:/cb'],
  ['native', 'https://app.example.org/claimed'],
]

const bad: [ClientType, string][] = [
  ['web', ''],
  ['web', '/callback'],
  ['web', 'app.example.org'],
  ['web', 'http://app.example.org/callback'],
  ['web', 'https://app.example.org/#fragment'],
  ['web', 'https://*.example.org/'],
  ['web', 'https://user:secret@app.example.org/'],
  ['web', 'https://app.example.org\\@evil.example.org'],
  ['web', 'https://app.example.org/a b'],
  ['web', 'https://äpp.example.org/'],
  ['web', 'https://'],
  ['web', 'javascript:alert(1)'],
  ['web', 'com.example.app:/cb'],
  ['browser', 'data:text/html,x'],
  ['native', 'myapp:/cb'],
  ['native', 'javascript:alert(1)'],
  ['native', 'file:///etc/passwd'],
  ['native', 'https://localhost/cb'],
  ['native', 'http://192.0.2.1/cb'],
]

test('redirectUriFault() lets through what is exact and safe', () => {
  for (const [type, uri] of good) assert.equal(redirectUriFault(uri, type), undefined, `${type} ${uri}`)
})

test('redirectUriFault() says what is wrong with the others', () => {
  for (const [type, uri] of bad) assert.match(redirectUriFault(uri, type) ?? '', /^(be|not) /, `${type} ${uri}`)
})

test('checkClient() names every fault with its field', () => {
  type Given = Omit<Parameters<typeof checkClient>[0], 'postLogoutRedirectUris'>
  const faultsOf = (client: Given, postLogoutRedirectUris: string[] = []): (string | undefined)[] => {
    try {
      checkClient({ ...client, postLogoutRedirectUris })
      return []
    } catch (error) {
      assert.ok(error instanceof HubError && error.code === 'invalid-body')
      return error.faults.map(({ field }) => field)
    }
  }
  const uri = 'https://app.example.org/'
  assert.deepEqual(faultsOf({ type: 'web', redirectUris: [uri, 'x', 'http://a.b/'], trusted: true }), [
    'redirectUris[1]',
    'redirectUris[2]',
  ])
  assert.deepEqual(faultsOf({ type: 'web', redirectUris: [], trusted: false }), ['redirectUris'])
  assert.deepEqual(faultsOf({ type: 'service', redirectUris: [uri], trusted: true }), ['redirectUris', 'trusted'])
  assert.deepEqual(faultsOf({ type: 'native', redirectUris: [uri], trusted: true }), ['trusted'])
  assert.deepEqual(faultsOf({ type: 'service', redirectUris: [], trusted: false }), [])
  assert.deepEqual(faultsOf({ type: 'web', redirectUris: [uri], trusted: false }, [uri, 'http://a.b/']), [
    'postLogoutRedirectUris[1]',
  ])
  assert.deepEqual(faultsOf({ type: 'service', redirectUris: [], trusted: false }, [uri]), ['postLogoutRedirectUris'])
})
