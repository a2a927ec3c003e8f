import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostRule } from './allowed-hosts.ts'

const cases: Readonly<Record<string, { readonly allowed: readonly string[]; readonly refused: readonly string[] }>> = {
  'api.example.com': {
    allowed: ['https://api.example.com/in', 'https://API.example.com:443/?q'],
    refused: [
      'http://api.example.com/',
      'https://api.example.com:8443/',
      'http://api.example.com:443/',
      'https://example.com/',
      'https://x.api.example.com/',
      'https://api.example.com.evil.test/',
      'https://evilapi.example.com/',
      'https://api.example.com@evil.test/',
      'https://evil.test/api.example.com',
      'https://evil.test\\@api.example.com/',
      'https://api.example.com./',
    ],
  },
  'Api.Example.com:8443': {
    allowed: ['https://api.example.com:8443/', 'http://api.example.com:8443/'],
    refused: ['https://api.example.com/', 'https://api.example.com:8444/'],
  },
  'example.com:443': { allowed: ['https://example.com/'], refused: ['http://example.com/', 'http://example.com:80/'] },
  '*.example.com': {
    allowed: ['https://a.example.com/', 'https://a.b.example.com/'],
    refused: ['https://example.com/', 'https://aexample.com/', 'https://a.example.com:8443/', 'https://a.example.org/'],
  },
  '*.example.com:8443': { allowed: ['https://a.example.com:8443/'], refused: ['https://a.example.com/'] },
  'bücher.example': {
    allowed: ['https://xn--bcher-kva.example/', 'https://BÜCHER.example/'],
    refused: ['http://bücher.example/'],
  },
  localhost: { allowed: ['http://localhost/', 'https://localhost/'], refused: ['http://localhost:81/'] },
  '127.0.0.1': { allowed: ['http://127.0.0.1/', 'http://0x7f.1/'], refused: ['http://127.0.0.2/'] },
  '[::1]:8080': { allowed: ['http://[::1]:8080/', 'http://[0:0::1]:8080/'], refused: ['http://[::1]/'] },
}

for (const [entry, { allowed, refused }] of Object.entries(cases)) {
  test(`hostRule() of "${entry}"`, () => {
    const allows = hostRule([entry])
    for (const url of allowed) assert.equal(allows(new URL(url)), true, url)
    for (const url of refused) assert.equal(allows(new URL(url)), false, url)
  })
}

test('hostRule() allows nothing by an empty list, nor by what is no host', () => {
  const urls = ['https://example.com/', 'https://a.example.com/', 'http://*/', 'http://127.0.0.1/'].map(
    (url) => new URL(url),
  )
  for (const entries of [
    [],
    [''],
    ['*'],
    ['*.'],
    ['https://example.com'],
    ['example.com/'],
    ['u@example.com'],
    ['a.*.com'],
  ]) {
    for (const url of urls) assert.equal(hostRule(entries)(url), false, `${entries} ${url}`)
  }
  assert.equal(hostRule(['*', 'example.com'])(new URL('https://example.com/')), true)
})
