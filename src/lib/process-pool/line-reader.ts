/** Cuts a stream of text into lines. Pieces of a long line are joined once, when its end has come. */
export function createLineReader(onLine: (line: string) => void): (chunk: string) => void {
  let pieces: string[] = []
  return (chunk) => {
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      pieces.push(chunk.slice(from, end))
      const line = pieces.length === 1 ? (pieces[0] as string) : pieces.join('')
      pieces = []
      from = end + 1
      onLine(line)
    }
    if (from < chunk.length) pieces.push(chunk.slice(from))
  }
}
