import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { OutboundError, quoteUrl } from './outbound-error.ts'

/** A response whose body has been read. `url` is that of the last hop; `headers` has lower-case names. */
export interface OutboundResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
  readonly url: string
}

/** Gathers a body, decoded. The listener hears of the body or of a fault; what comes after the first means nothing. */
export interface BodyReader {
  write(chunk: Buffer): void
  end(): void
  /** Gives up; nobody is told. */
  destroy(): void
}

/** Who hears of a body. */
export interface BodyListener {
  /** Also before `end()`, where the encoded form says that it is complete. */
  readonly onBody: (body: Buffer) => void
  /** An `OutboundError` where there is too much, otherwise what the decoder says. */
  readonly onFault: (fault: unknown) => void
}

/** What is asked for with `Accept-Encoding`, and so what is decoded. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

/** Servers end compressed bodies early or leave the trailer out: what has come counts, as it does in browsers. */
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }

/**
 * Reads a body; stops at the first byte beyond `limit`, counted before decoding, as what comes too fast waits in memory, and after it, so
 * that a small compressed body cannot become a big one. An encoding that is not known is left as it is.
 */
export function createBodyReader(
  { url, encoding, limit }: { readonly url: URL; readonly encoding: string | undefined; readonly limit: number },
  listener: BodyListener,
): BodyReader {
  const chunks: Buffer[] = []
  let [size, encoded] = [0, 0]
  const add = (chunk: Buffer): boolean => {
    size += chunk.length
    if (size > limit) listener.onFault(tooLarge(url, limit))
    else chunks.push(chunk)
    return size <= limit
  }
  const finish = () => listener.onBody(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
  let decoder: Transform | undefined

  /** Made with the first byte: an empty body is none of any encoding. */
  function decode(create: () => Transform): Transform {
    const made = create()
    made.on('data', (chunk: Buffer) => void (add(chunk) || made.destroy()))
    made.on('end', finish).on('error', listener.onFault)
    return made
  }

  const create = decoderFor(encoding)
  return {
    write(chunk) {
      encoded += chunk.length
      if (create === undefined) add(chunk)
      else if (encoded > limit) listener.onFault(tooLarge(url, limit))
      else {
        decoder ??= decode(create)
        decoder.write(chunk)
      }
    },
    end() {
      if (decoder) decoder.end()
      else finish()
    },
    destroy: () => void decoder?.destroy(),
  }
}

/** Whether this encoding is decoded, so that the headers that describe the encoded form no longer hold. */
export function isDecoded(encoding: string | undefined): boolean {
  return decoderFor(encoding) !== undefined
}

function tooLarge(url: URL, limit: number): OutboundError {
  return new OutboundError('too-large', `Cannot call ${quoteUrl(url)} as the response must be at most ${limit} bytes`)
}

function decoderFor(encoding: string | undefined): (() => Transform) | undefined {
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
