import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { packTar } from 'modern-tar'
import type { HubAnswer } from '../../../test/support/hub-client.ts'
import {
  createDomain,
  createSchema,
  DOMAINS,
  SCHEMAS,
  setupMetadataRepository,
} from '../../../test/support/metadata-repository.ts'
import type { TestCaller } from '../../../test/support/service-fixture.ts'

type Files = Readonly<Record<string, unknown>>

async function setup(t: TestContext) {
  const repository = await setupMetadataRepository(t)
  const me = repository.modeller()
  const domain = await createDomain(me)
  async function upload(
    archive: Uint8Array | undefined,
    { by = me, field = 'archive', to = domain } = {},
  ): Promise<HubAnswer> {
    const form = new FormData()
    if (archive) form.append(field, new Blob([Buffer.from(archive)]), 'models')
    const headers = { authorization: `Bearer ${by.token}` }
    const answer = await fetch(`${repository.url}${DOMAINS}/${to}/schemas/import`, {
      method: 'POST',
      headers,
      body: form,
    })
    const { status } = answer
    return { status, body: JSON.parse(await answer.text()) }
  }
  const read = (uri: string, by: TestCaller = me) => by.call('GET', `${DOMAINS}/${domain}/schemas/${uri}`)
  return { ...repository, me, domain, upload, read }
}

function zip(files: Files): Uint8Array {
  const entries = Object.entries(files).map(([path, content]) => [path, strToU8(textOf(content))])
  return zipSync(Object.fromEntries(entries))
}

async function tgz(files: Files): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, content]) => ({
    header: { name, size: Buffer.byteLength(textOf(content)) },
    body: textOf(content),
  }))
  return gzipSync(await packTar(entries))
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content)
}

/** Each but the first refers to the one before. */
const twenty: Files = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [
    `models/m${index}.json`,
    {
      type: 'object',
      properties: { of: { $ref: index === 0 ? '#/definitions/x' : `m${index - 1}.json` } },
      definitions: { x: {} },
    },
  ]),
)

test('83: an archive comes in whole, as zip or tgz, and is for whom the domain is', async (t) => {
  const { me, caller, modeller, domain, upload, events } = await setup(t)
  const { tenant } = me.principal
  const none = await upload(undefined)
  assert.deepEqual([none.status, none.body.errors[0].field], [400, 'archive'])
  assert.equal((await upload(zip(twenty), { field: 'file' })).status, 400)
  for (const [stranger, status] of [
    [modeller(), 404],
    [caller({ tenant, permissions: [] }), 403],
  ] as const)
    assert.equal((await upload(zip(twenty), { by: stranger })).status, status)
  assert.equal((await caller().call('GET', `${DOMAINS}/${domain}/schemas`)).status, 404)
  const other = await createDomain(me)
  for (const [archive, to] of [
    [zip(twenty), domain],
    [await tgz(twenty), other],
  ] as const) {
    const { status, body } = await upload(archive, { to })
    assert.deepEqual([status, body.imported, body.report, body.schemas.length], [200, 20, [], 20])
    const { data, meta } = (await me.call('GET', `${DOMAINS}/${to}/schemas?page[size]=10`)).body
    assert.deepEqual([data.length, meta.total, meta.totalPages], [10, 20, 2])
  }
  const names = (await events()).map(({ name }) => name)
  assert.equal(names.filter((name) => name === 'metadata.schema.created').length, 40)
})

test('83: with one invalid file nothing is stored, and nothing told', async (t) => {
  const { me, domain, upload, events } = await setup(t)
  const count = (await events()).length
  for (const [bad, field] of [
    ['{"type": "string",}', 'archive/bad.json#'],
    [{ properties: { a: { type: 'text' } } }, 'archive/bad.json#/properties/a/type'],
    [{ $schema: 'http://json-schema.org/draft-03/schema#' }, 'archive/bad.json#/$schema'],
  ] as const) {
    const { status, body } = await upload(zip({ ...twenty, 'bad.json': bad }))
    assert.deepEqual([status, body.errors[0].field, /bad\.json/.test(body.detail)], [400, field, true], body.detail)
  }
  assert.equal((await upload(zip({ 'README.md': 'no schema' }))).status, 400)
  assert.equal((await me.call('GET', `${DOMAINS}/${domain}/schemas`)).body.meta.total, 0)
  assert.equal((await events()).length, count)
})

test('what leads nowhere is stored and reported, a line each, and leads somewhere once that is there', async (t) => {
  const { me, domain, upload, read } = await setup(t)
  const models = {
    'a.json': {
      properties: { x: { $ref: 'b.json#definitions/x' }, y: { $ref: 'c.json' }, z: { $ref: 'https://x.example/y' } },
    },
    'b.json': { definitions: { x: {} } },
    'notes.txt': 'none',
  }
  const { body } = await upload(zip(models))
  assert.deepEqual(
    body.report.map(({ uri, path, ref }: Record<string, string>) => [uri, path, ref]),
    [
      ['a.json', '/properties/x', 'b.json#definitions/x'],
      ['a.json', '/properties/z', 'https://x.example/y'],
      ['a.json', '/properties/y', 'c.json'],
    ],
  )
  assert.deepEqual(body.skipped, ['notes.txt'])
  assert.equal((await read('a.json')).body.data.broken.length, 3)
  const { id } = body.schemas[0]
  const validate = () => me.call('POST', `${SCHEMAS}/${id}/validate`, { document: {} })
  assert.deepEqual([(await validate()).status, (await validate()).body.errors.length], [409, 3])
  await createSchema(me, domain, { $id: 'c.json' })
  assert.equal((await validate()).body.errors.length, 2)
  assert.equal((await me.call('DELETE', `${DOMAINS}/${domain}/schemas/c.json`)).status, 409)
})

test('what is there gets another version where its value is another, and keeps its promises', async (t) => {
  const { me, domain, upload, events } = await setup(t)
  await upload(zip(twenty))
  const count = (await events()).length
  const changed = { ...twenty, 'models/m3.json': { type: 'object', examples: [1], title: 'Third' } }
  const { body } = await upload(zip(changed))
  const versions = Object.fromEntries(
    body.schemas.map((each: { uri: string; version: number }) => [each.uri, each.version]),
  )
  assert.deepEqual([versions['models/m3.json'], versions['models/m4.json']], [2, 1])
  const told = (await events()).slice(count)
  assert.deepEqual(
    told.map(({ name, payload }) => [name, payload.uri, payload.after]),
    [['metadata.schema.modified', 'models/m3.json', { name: 'Third', version: 2 }]],
  )
  await me.call('PUT', `${DOMAINS}/${domain}`, { compatibility: 'BACKWARD' })
  const breaking = {
    ...changed,
    'models/m0.json': { ...(twenty['models/m0.json'] as object), type: 'string', examples: [{}] },
  }
  const refused = await upload(zip(breaking))
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.errors[0].field],
    [409, 'incompatible-schema', 'archive'],
  )
  const uris = refused.body.report.differences.map(({ schema }: { schema: { uri: string } }) => schema.uri)
  assert.deepEqual(uris.slice(0, 2), ['models/m0.json', 'models/m1.json'])
})

test('46: an archive that leads out of itself, or unpacks without end, is refused', async (t) => {
  const { me, domain, upload } = await setup(t)
  for (const archive of [
    zip({ '../../etc/evil.json': {} }),
    await tgz({ '/etc/evil.json': {} }),
    zip({ 'bomb.json': ' '.repeat(64 * 1_048_576) }),
  ]) {
    const { status, body } = await upload(archive)
    assert.deepEqual([status, body.errors[0].field], [400, 'archive'])
  }
  assert.equal((await me.call('GET', `${DOMAINS}/${domain}/schemas`)).body.meta.total, 0)
})
