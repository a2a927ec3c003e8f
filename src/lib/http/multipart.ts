import type { IncomingHttpHeaders } from 'node:http'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { fieldError, HubError } from '../errors.ts'

/** Whoever sends more fields than these sends no form of ours. */
const limits = { files: 1, fields: 20, parts: 21, headerPairs: 20, fieldSize: 65_536 } as const

/**
 * The bytes of the one file of a form (`multipart/form-data`), which stands in `field`; what else the form says is not looked at. Throws
 * `invalid-body`, naming the field, for anything else.
 */
export async function fileOf(
  { headers, body }: { readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  field: string,
): Promise<Buffer> {
  const { 'content-type': type = '' } = headers
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw fieldError('invalid-body', field, 'must be a file in a form: the content type must be multipart/form-data')
  const files = await filesOf({ ...headers, 'content-type': type }, body, field)
  if (files[0] === undefined || files.length > 1)
    throw fieldError('invalid-body', field, 'must be the one file of the form')
  return files[0]
}

function filesOf(headers: BusboyHeaders, body: Buffer, field: string): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new HubError('invalid-body', 'Cannot read the body as it must be a well-formed form with few fields', {
          cause,
        }),
      )
    const files: Buffer[] = []
    const busboy = parserOf(headers, fail)
    busboy?.on('file', (name, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => void (name === field && chunks.push(chunk)))
      stream.on('end', () => void (name === field && files.push(Buffer.concat(chunks))))
      stream.on('error', fail)
    })
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      busboy?.on(limit, () => fail(new Error(`More parts than allowed: ${limit}`)))
    busboy?.on('error', fail)
    busboy?.on('finish', () => resolve(files))
    busboy?.end(body)
  })
}

/** It throws for a type without a boundary. */
function parserOf(headers: BusboyHeaders, fail: (cause: unknown) => void): BusboyInstance | undefined {
  try {
    return new Busboy({ headers, limits })
  } catch (cause) {
    fail(cause)
    return undefined
  }
}
