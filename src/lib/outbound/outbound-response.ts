import { pipeline, type Readable } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { OutboundError, quoteUrl } from './outbound-error.ts'

/** A response whose body has been read. `url` is that of the last hop; `headers` has lower-case names. */
export interface OutboundResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
  readonly url: string
}

/** What is asked for with `Accept-Encoding`, and so what `readBody` decodes. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

/** Servers end compressed bodies early or leave the trailer out: what has come counts, as it does in browsers. */
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }

/**
 * Reads and decodes a body; stops at the first byte beyond `limit`, counted after decoding, so that a small compressed body
 * cannot become a big one. An encoding that is not known is left as it is.
 */
export async function readBody(url: URL, encoding: string | undefined, body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of decoded(encoding, body)) {
    size += chunk.length
    if (size > limit) {
      body.destroy()
      throw new OutboundError(
        'too-large',
        `Cannot call ${quoteUrl(url)} as the response must be at most ${limit} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whether `readBody` decodes this encoding, so that the headers that describe the encoded form no longer hold. */
export function isDecoded(encoding: string | undefined): boolean {
  return decoderFor(encoding) !== undefined
}

function decoded(encoding: string | undefined, body: Readable): Readable {
  const decoder = decoderFor(encoding)?.()
  // The callback is only there because `pipeline` wants one: a failure reaches the reader through the decoder itself.
  return decoder ? pipeline(body, decoder, () => {}) : body
}

function decoderFor(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return () => createGunzip(lenient)
    case 'deflate':
      return () => createInflate(lenient)
    case 'br':
      return () => createBrotliDecompress()
    case 'zstd':
      return () => createZstdDecompress()
    default:
      return undefined
  }
}
