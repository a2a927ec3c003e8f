import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locationOf } from '#lib/schema-location'
import { checkTargets } from '../language/targets.ts'
import { type ImportPlan, planImport } from './import-plan.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const origin = 'https://hub.example.com'
const at = (uri: string) => locationOf({ domainId, uri })

function plan(files: Record<string, unknown>): Promise<ImportPlan> {
  const contents = Object.entries(files).map(([path, content]) => ({
    path,
    content: Buffer.isBuffer(content)
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  }))
  return planImport(contents, { domainId, origin })
}

/** The faults of public data models, in small: branches in names, files that moved, slashes lost and doubled, other people's hosts. */
const models = {
  'src/record.json': {
    $schema: 'http://json-schema.org/schema#',
    $id: 'https://example.com/models/blob/master/src/record.json',
    properties: { created: { $ref: '#/definitions/Change' } },
    definitions: { Change: { type: 'object' } },
  },
  'src/addresses/v1/person.json': {
    $schema: 'http://json-schema.org/draft-04/schema#',
    $id: 'http://example.org/schemas/addresses/person.json',
    allOf: [{ $ref: '../..//record.json' }, { $ref: '../../record.json' }],
    properties: {
      id: { type: 'string' },
      phone: { $ref: 'shared.json#definitions/Phone' },
      fax: { $ref: 'definitions.json#/definitions/Fax' },
      mail: { $ref: 'shared.json#/definitions/Mail' },
      url: { $ref: 'shared.json#/definitions/Url' },
    },
  },
  'src/addresses/v1/shared.json': {
    $schema: 'http://json-schema.org/draft-04/schema#',
    $id: 'http://example.org/schemas/addresses/shared.json',
    definitions: { Phone: {}, Mail: { properties: { id: { type: 'integer' } } } },
  },
  'src/addresses/relation.json': {
    $id: 'https://example.com/models/blob/master/src/addresses/relation.json',
    allOf: [
      { $ref: 'https://raw.example.net/master/record.json' },
      { $ref: '../record.json' },
      { $ref: 'https://example.com/models/blob/master/src/record.json#/definitions/Change' },
    ],
  },
}

test('references between files lead by identity, else by position, and what is broken is told', async () => {
  const { schemas, faults } = await plan(models)
  assert.deepEqual(faults, [])
  assert.deepEqual(
    schemas.map(({ uri, dialect }) => [uri, dialect]),
    Object.keys(models).map((path) => [path, path.includes('v1') ? 'draft-04' : 'draft-07']),
  )
  const [record, person, , relation] = checkTargets(schemas, () => undefined)
  assert.deepEqual(record?.broken, [])
  assert.deepEqual(
    person?.broken.map(({ path, reason }) => [path, reason.replace(/^(\w+ \w+ \w+).*?(: .*)?$/, '$1$2')]),
    [
      ['/allOf/0', 'must be the: probably "../../record.json" was meant'],
      ['/properties/phone', 'must have a: probably "shared.json#/definitions/Phone" was meant'],
      ['/properties/fax', 'must lead to: "src/addresses/v1/definitions.json" is not'],
      ['/properties/url', 'must lead to: "#/definitions/Url" does not'],
    ],
  )
  assert.deepEqual(
    person?.references.map(({ target }) => target),
    [
      at('src/record.json'),
      ...['shared', 'definitions', 'shared', 'shared'].map((name) => at(`src/addresses/v1/${name}.json`)),
    ],
  )
  assert.deepEqual(
    relation?.broken.map(({ path }) => path),
    ['/allOf/0'],
  )
  assert.deepEqual(
    relation?.references.map(({ target, fragment }) => [target, fragment]),
    [
      [at('src/record.json'), ''],
      [at('src/record.json'), '/definitions/Change'],
    ],
  )
})

test('a file that is no JSON is told with line and column', async () => {
  const table: [string | Buffer, number | undefined, number | undefined, RegExp][] = [
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /comma expected at line 3, column 3/],
    ['{"a": tru}', 1, 7, /invalid symbol/],
    ['{"a": 1,}', 1, 9, /property name expected/],
    ['{"a": [1, 2', 1, 12, /expected/],
    ['', 1, 1, /value expected/],
    ['// no\n{}', 1, 1, /invalid comment/],
    ['{}\n{}', 2, 1, /end of file expected/],
    ["{\n'a': 1}", 2, 1, /invalid symbol/],
    ['['.repeat(500_000), undefined, undefined, /cannot be read/],
    [Buffer.from([0x7b, 0xff, 0x7d]), undefined, undefined, /not UTF-8/],
  ]
  for (const [text, line, column, message] of table) {
    const { schemas, faults } = await plan({ 'ok.json': {}, 'dir/bad.json': text })
    const [fault] = faults
    assert.deepEqual(
      [fault?.file, fault?.line, fault?.column],
      ['dir/bad.json', line, column],
      String(text).slice(0, 20),
    )
    assert.match(fault?.message ?? '', message)
    assert.match(fault?.message ?? '', /"dir\/bad.json"/)
    assert.deepEqual(
      schemas.map(({ uri }) => uri),
      ['ok.json'],
    )
  }
  assert.deepEqual((await plan({ 'bom.json': '\ufeff{}' })).faults, [])
})

test('a file that is no schema, or has the identity of another, is told by name', async () => {
  const $id = 'https://example.com/a.json'
  const { schemas, faults } = await plan({
    'list.json': [],
    'dialect.json': { $schema: 'http://json-schema.org/draft-03/schema#' },
    'first.json': { $id },
    'copy.json': { $id: `${$id}#` },
    [`${'x'.repeat(500)}.json`]: {},
    'true.json': true,
  })
  assert.deepEqual(
    schemas.map(({ uri }) => uri),
    ['first.json', 'true.json'],
  )
  assert.deepEqual(
    faults.map(({ path }) => path),
    ['', '/$schema', '', ''],
  )
  const expected = [
    /"list.json".*object or a boolean/,
    /"dialect.json".*must be one of/,
    /"copy.json".*"first.json" has/,
  ]
  for (const [index, message] of [...expected, /"x+….*500 characters/].entries())
    assert.match(faults[index]?.message ?? '', message)
})
