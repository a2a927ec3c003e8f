import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizationUrl, combinedScope, demandSuccessUrl, withSecretId } from './authorization-url.ts'

// RFC 7636, appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const memory = { clientVersion: 1, verifier, redirectUri: 'https://hub.example/callback', scope: 'a b&c=d' }

test('authorizationUrl() fills in what the template names, and sets what keeps it safe whatever that says', () => {
  for (const auth of [
    'https://p.example/auth?scope={{scope}}&state={{state}}&redirect_uri={{redirectUri}}&client_id={{clientId}}&x=1',
    'https://p.example/auth?x=1',
    'https://p.example/auth?x=1&state=fixed&redirect_uri=https://evil.example&code_challenge=none&code_challenge_method=plain',
  ]) {
    const url = new URL(authorizationUrl({ endpoints: { auth }, clientId: 'id&x=2' }, 'the state', memory))
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      ...{ x: '1', state: 'the state', redirect_uri: memory.redirectUri, scope: memory.scope, client_id: 'id&x=2' },
      ...{
        response_type: 'code',
        code_challenge_method: 'S256',
        code_challenge: challenge,
      },
    })
    assert.equal(url.searchParams.getAll('state').length, 1)
  }
})

test('combinedScope() names each word once', () => {
  assert.equal(combinedScope({ predefinedScope: 'a  b' }, ' b c '), 'a b c')
  assert.equal(combinedScope({}, undefined), '')
})

test('demandSuccessUrl() takes pages of the hub, and what is listed as it is listed', () => {
  const client = { successUrls: ['https://app.example/done?x=1'] }
  const take = (url: string) => demandSuccessUrl(client, url, 'https://hub.example')
  for (const url of ['https://hub.example/secrets?x=1', 'https://app.example/done?x=1']) take(url)
  for (const url of [
    ...['https://hub.example.evil.example/', 'https://hub.example@evil.example/', 'http://hub.example/'],
    ...['https://app.example/done', 'https://app.example/done?x=1&y', 'javascript:alert(1)', '//evil.example', ''],
    ...['https://user@hub.example/', 'data:text/html,x'],
  ])
    assert.throws(() => take(url), { code: 'invalid-body' }, url)
})

test('withSecretId() appends to the query, before a fragment', () => {
  assert.equal(withSecretId('https://a.example/x', 'id'), 'https://a.example/x?secretId=id')
  assert.equal(withSecretId('https://a.example/x?y=1#z#w', 'id'), 'https://a.example/x?y=1&secretId=id#z#w')
})
