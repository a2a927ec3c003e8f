import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { packTar, type TarEntry, type TarHeader } from 'modern-tar'
import { HubError } from '#lib/errors'
import { type Archive, readArchive } from './archive.ts'

const MiB = 1_048_576
const json = strToU8('{}')

function zip(files: Zippable): Buffer {
  return Buffer.from(zipSync(files, { level: 1 }))
}

async function tgz(...entries: TarEntry[]): Promise<Buffer> {
  return gzipSync(await packTar(entries), { level: 1 })
}

function file(name: string, body: Uint8Array = json, header: Partial<TarHeader> = {}): TarEntry {
  return { header: { name, size: body.length, ...header }, body }
}

/** The archive with every occurrence of a text written over by another of the same length. */
function altered(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')
}

async function refusal(bytes: Buffer): Promise<string> {
  const error = await readArchive(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert(error instanceof HubError, `it was not refused, but ${error}`)
  assert.deepEqual([error.code, error.faults[0]?.field], ['invalid-body', 'archive'])
  return error.message
}

function texts({ files }: Archive): Record<string, string> {
  return Object.fromEntries(files.map(({ path, content }) => [path, content.toString()]))
}

test('readArchive() gives the JSON files of a zip, and names what it skips', async () => {
  const archive = await readArchive(
    zip({
      root: { 'a.json': strToU8('{"a":1}'), 'ü b': { 'c.json': [strToU8('[]'), { level: 0 }] }, 'README.md': json },
      __MACOSX: { root: { '._a.json': json, 'a.json': json } },
      '.git': { 'x.json': json },
      'inner.zip': zip({ 'x.json': json }),
    }),
  )
  assert.deepEqual(texts(archive), { 'root/a.json': '{"a":1}', 'root/ü b/c.json': '[]' })
  const skipped = ['root/README.md', '__MACOSX/root/._a.json', '__MACOSX/root/a.json', '.git/x.json', 'inner.zip']
  assert.deepEqual(archive.skipped, skipped)
})

test('readArchive() gives the JSON files of a tgz, without "./" before them', async () => {
  const long = `${'folder/'.repeat(30)}c.json`
  const archive = await readArchive(
    await tgz(
      { header: { name: './', size: 0, type: 'directory' } },
      { header: { name: './root/', size: 0, type: 'directory' } },
      file('./root/a.json', strToU8('{"a":1}')),
      file('./root/notes.txt', new Uint8Array(3 * MiB)),
      file('./root/._a.json'),
      file('ü.json', new Uint8Array(0)),
      file(long, strToU8('[]')),
    ),
  )
  assert.deepEqual(texts(archive), { 'root/a.json': '{"a":1}', 'ü.json': '', [long]: '[]' })
  assert.deepEqual(archive.skipped, ['root/notes.txt', 'root/._a.json'])
  assert.deepEqual(await readArchive(zip({})), { files: [], skipped: [] })
})

test('an entry that leads out of the archive refuses it by name', async () => {
  const names = ['../a.json', 'a/../../b.json', '/etc/a.json', 'C:/a.json', 'a\\..\\b.json', 'a//b.json', 'a/./b.json']
  for (const name of [...names, '..', '../']) {
    for (const archive of [zip({ 'ok.json': json, [name]: json }), await tgz(file('ok.json'), file(name))]) {
      const message = await refusal(archive)
      assert(message.includes('plain paths') && message.includes(`"${name}"`), `${name}: ${message}`)
    }
  }
  assert.match(await refusal(await tgz(file('a\nb.json'))), /plain paths .*"a\ufffdb.json"/)
  assert.match(await refusal(altered(zip({ 'aXb.json': json }), 'aXb', 'a\0b')), /plain paths/)
})

test('links and devices refuse an archive by name', async () => {
  for (const type of ['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const) {
    const entry = { header: { name: 'x.json', size: 0, type, linkname: '/etc/passwd' } }
    assert.match(await refusal(await tgz(file('ok.json'), entry)), /"x.json" is neither/)
  }
  for (const mode of [0o120777, 0o020666, 0o060666, 0o010666]) {
    const link = zip({ 'x.json': [strToU8('/etc/passwd'), { os: 3, attrs: mode * 65_536 }] })
    assert.match(await refusal(link), /"x.json" is neither/)
  }
})

test('a file that is there twice refuses an archive by name', async () => {
  assert.match(
    await refusal(altered(zip({ 'a.json': json, 'b.json': json }), 'b.json', 'a.json')),
    /"a.json" is there twice/,
  )
  assert.match(await refusal(await tgz(file('a.json'), file('./a.json'))), /"a.json" is there twice/)
})

test('what unpacks to too much is refused while it is unpacked', async () => {
  const zeros = new Uint8Array(64 * MiB)
  assert.match(await refusal(zip({ 'a.json': zeros })), /"a.json" is one/)
  assert.match(await refusal(await tgz(file('a.json', zeros))), /"a.json" is one/)
  assert.match(await refusal(await tgz(file('a.txt', zeros))), /unpack to more than 67108864 bytes/)
  const full = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`${index}.json`, zeros.subarray(0, MiB)]))
  assert.match(await refusal(zip(full)), /unpack to more than 67108864 bytes/)
  assert.match(await refusal(Buffer.alloc(32 * MiB + 1)), /more than 33554432 bytes/)
})

test('a size that the directory of a zip understates is found out', async () => {
  const bytes = zip({ 'a.json': new Uint8Array(2 * MiB) })
  const directory = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1')
  bytes.writeUInt32LE(100, directory + 24)
  assert.match(await refusal(bytes), /whole archive/)
})

test('there are at most 1,000 files, and 3,000 folders more', async () => {
  const many = (count: number, name: (index: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), json]))
  assert.equal((await readArchive(zip(many(1_000, (index) => `${index}.json`)))).files.length, 1_000)
  assert.match(await refusal(zip(many(1_001, (index) => `${index}.txt`))), /more than 1000 files/)
  assert.match(await refusal(zip(many(4_001, (index) => `${index}/`))), /more than 4000 files and folders/)
})

test('what is broken or encrypted is refused with the reason', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`${index}.json`, strToU8(`{"a":${index}}`)]),
  )
  const whole = zip(files)
  const packed = await tgz(...Object.entries(files).map(([name, body]) => file(name, body)))
  for (const bytes of [whole, packed]) {
    for (const length of [3, 30, Math.floor(bytes.length / 2), bytes.length - 1])
      assert.match(await refusal(bytes.subarray(0, length)), /must be a (whole archive|zip or tgz)/, `${length}`)
  }
  for (const bytes of [Buffer.alloc(0), Buffer.from('{}'), Buffer.from('PK\x07\x08'), gzipSync('no tar')])
    assert.match(await refusal(bytes), /must be/)

  const sum = zip({ 'a.json': json })
  const directory = sum.lastIndexOf('PK\x01\x02', undefined, 'latin1')
  sum.writeUInt32LE(7, directory + 16)
  assert.match(await refusal(sum), /"a.json" has another checksum/)

  const encrypted = zip({ 'a.json': json })
  encrypted.writeUInt16LE(1, encrypted.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 8)
  assert.match(await refusal(encrypted), /"a.json" is/)
})
