import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastSegment, type SchemaFolder, treeOf } from './schema-tree.ts'

const told = ({ name, folders, schemas, total }: SchemaFolder<{ uri: string }>): unknown => [
  name,
  total,
  ...folders.map(told),
  ...schemas.map(({ uri }) => uri),
]

test('treeOf() lays schemas out by their paths, folders first', () => {
  const uris = ['z.json', 'people/person.json', 'people/parts/name.json', 'a.json', 'people/parts/city.json']
  assert.deepEqual(told(treeOf(uris.map((uri) => ({ uri })))), [
    '',
    5,
    ['people', 3, ['parts', 2, 'people/parts/city.json', 'people/parts/name.json'], 'people/person.json'],
    'a.json',
    'z.json',
  ])
})

test('treeOf() makes one of folders that hold nothing but a folder, and keeps apart what only begins alike', () => {
  const uris = ['a/b/c/d.json', 'a/b/c/e.json', 'ab/f.json', 'a.json']
  assert.deepEqual(told(treeOf(uris.map((uri) => ({ uri })))), [
    '',
    4,
    ['a/b/c', 2, 'a/b/c/d.json', 'a/b/c/e.json'],
    ['ab', 1, 'ab/f.json'],
    'a.json',
  ])
  assert.deepEqual(told(treeOf([])), ['', 0])
  assert.deepEqual(['a/b.json', 'b.json'].map(lastSegment), ['b.json', 'b.json'])
})

test('treeOf() takes names that objects have from birth, and the deepest path there is', () => {
  const deep = `${'x/'.repeat(249)}y`
  const tree = treeOf([{ uri: '__proto__/constructor' }, { uri: deep }])
  assert.deepEqual(
    tree.folders.map(({ name, schemas }) => [name.length, schemas.length]),
    [
      ['__proto__'.length, 1],
      [497, 1],
    ],
  )
})
