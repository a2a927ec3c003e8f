/** Object id of PostgreSQL's type `text`; fixed in its catalogue, `pg_type.dat`. */
const TEXT = 25
/** Dimensions, whether any element is null, type of the elements; then length and first index of the only dimension. */
const HEADER_BYTES = 20

/**
 * A `text[]` as a value of a statement, in PostgreSQL's binary form (`array_recv`): as literals, long texts would be escaped here and read
 * character by character there. No text may contain U+0000, which PostgreSQL cannot hold.
 */
export function textArray(texts: readonly string[]): Buffer {
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, HEADER_BYTES))
  bytes.writeInt32BE(1, 0)
  bytes.writeInt32BE(0, 4)
  bytes.writeInt32BE(TEXT, 8)
  bytes.writeInt32BE(texts.length, 12)
  bytes.writeInt32BE(1, 16)
  let at = HEADER_BYTES
  for (const [index, text] of texts.entries()) {
    // One size for each text.
    at = bytes.writeInt32BE(sizes[index] as number, at)
    at += bytes.write(text, at)
  }
  return bytes
}
