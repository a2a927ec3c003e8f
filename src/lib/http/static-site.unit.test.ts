import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Type } from 'typebox'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../telemetry.ts'
import { createHttpServer } from './http-server.ts'
import { route } from './route.ts'

const getFlows = route({
  method: 'GET',
  path: '/flows',
  summary: 'List',
  permission: 'public',
  response: { 200: Type.Object({ data: Type.String() }) },
  handle: async () => ({ status: 200, body: { data: 'of the API' } }),
})

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

async function setup(t: TestContext, { isBuilt = true } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'oih-site-'))
  t.after(() => rm(root, { recursive: true }))
  const folder = join(root, 'site')
  await writeFile(join(root, 'secret.txt'), 'secret')
  if (isBuilt) {
    await mkdir(join(folder, 'assets'), { recursive: true })
    await writeFile(join(folder, 'index.html'), '<title>The page</title>')
    await writeFile(join(folder, '.stamp'), 'secret')
    await writeFile(join(folder, 'assets', 'main-1.js'), 'run()')
    await writeFile(join(folder, 'assets', 'main-1.js.gz'), gzipSync('run()'))
  }
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: async () => undefined,
    mounts: [{ base: '/repository', tag: 'flows', routes: [getFlows] }],
    readiness: async () => [],
    version: '1',
    trustProxy: [],
    docs: true,
    site: { folder, pages: ['/', '/flows', '/flows/:id'], absence: 'The site is not built.\n' },
  })
  t.after(() => server.stop())
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  // Not fetch, which tidies paths up before it asks.
  const call = (path: string, { method = 'GET', headers = {} } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
        answer.toArray().then((chunks) => {
          resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) })
        }, reject)
      })
      sent.once('error', reject).end()
    })
  return { call }
}

test('registerSite() answers its pages with the one document, which is asked for again each time', async (t) => {
  const { call } = await setup(t)
  for (const path of ['/', '/flows', '/flows/', '/flows/f1', '/flows?q=%2e%2e', '/flows/%00']) {
    const { status, headers, body } = await call(path)
    assert.deepEqual([status, body.toString()], [200, '<title>The page</title>'], path)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(headers['cache-control'], 'no-cache')
    assert.match(String(headers['content-security-policy']), /default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
  const { headers } = await call('/')
  const again = await call('/', { headers: { 'if-none-match': String(headers.etag) } })
  assert.deepEqual([again.status, again.body.length], [304, 0])
  const head = await call('/flows/f1', { method: 'HEAD' })
  assert.deepEqual([head.status, head.body.length, head.headers.etag], [200, 0, headers.etag])
})

test('registerSite() gives assets to keep for ever, gzipped to those who take that', async (t) => {
  const { call } = await setup(t)
  const plain = await call('/assets/main-1.js')
  assert.deepEqual([plain.status, plain.body.toString()], [200, 'run()'])
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.match(String(plain.headers['content-type']), /^application\/javascript/)
  const packed = await call('/assets/main-1.js', { headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(packed.body).toString(), 'run()')
})

test('registerSite() leaves every other path as it is', async (t) => {
  const { call } = await setup(t)
  assert.equal((await call('/repository/flows')).body.toString(), '{"data":"of the API"}')
  const nowhere = [
    '/index.html',
    '/.stamp',
    '/assets/',
    '/assets/main-2.js',
    '/assets/main-1.js.gz',
    '/assets/../.stamp',
    '/assets/%2e%2e/.stamp',
    '/assets/..%2f.stamp',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..\\..\\secret.txt',
    '/../secret.txt',
    '/flows/f1/more',
    '/live',
  ]
  for (const path of nowhere) {
    const { status, headers, body } = await call(path)
    assert.equal(status, 404, path)
    assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8', path)
    assert.doesNotMatch(body.toString(), /secret|The page/, path)
  }
  const post = await call('/flows', { method: 'POST' })
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD, OPTIONS'])
})

test('registerSite() says how to build a site that is not there', async (t) => {
  const { call } = await setup(t, { isBuilt: false })
  const { status, headers, body } = await call('/')
  assert.deepEqual([status, body.toString()], [404, 'The site is not built.\n'])
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal((await call('/repository/flows')).status, 200)
  assert.equal((await call('/assets/main-1.js')).status, 404)
})
