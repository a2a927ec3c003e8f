import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../errors.ts'
import { fileOf } from './multipart.ts'

const type = 'multipart/form-data; boundary=b'
const part = (name: string, content: string, file = '') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${content}\r\n`
const end = '--b--\r\n'

function read(body: string | Buffer, contentType: string | undefined = type) {
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  return fileOf({ headers, body: Buffer.from(body) }, 'archive')
}

test('fileOf() gives the bytes of the file that stands in the field, and looks at nothing else', async () => {
  const content = Buffer.from([0, 255, 13, 10, 45, 45, 99])
  const body = Buffer.concat([
    Buffer.from(part('note', 'any')),
    Buffer.from('--b\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n'),
    ...[content, Buffer.from(`\r\n${end}`)],
  ])
  assert.deepEqual(await read(body), content)
})

test('fileOf() refuses what is no form, and a form without the file', async () => {
  const sound = part('archive', 'x', 'a.zip') + end
  assert.equal((await read(sound)).toString(), 'x')
  for (const [body, contentType] of [
    ['', undefined],
    ['{}', 'application/json'],
    [sound, 'multipart/form-data'],
    [sound, 'multipart/form-data; boundary=c'],
    ['', type],
    [end, type],
    [part('archive', 'x') + end, type],
    [part('other', 'x', 'a.zip') + end, type],
    [part('archive', 'x', 'a.zip').repeat(2) + end, type],
    [part('note', 'x').repeat(30) + sound, type],
    [part('archive', 'x', 'a.zip'), type],
    ['--b\r\nnonsense', type],
  ] as const) {
    await assert.rejects(
      read(body, contentType),
      (error) => error instanceof HubError && error.code === 'invalid-body',
      body,
    )
  }
})
