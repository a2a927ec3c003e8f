// The log file of the bundled PostgreSQL: never larger than twice the limit.

import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** 4 MiB hold weeks of an ordinary hub. */
const defaultLimit = 4 * 1024 * 1024
const tailBytes = 16 * 1024

/** The open log. `fd` is for child processes. */
export interface PostgresLog {
  fd: number
  /** Begins the part that `tail` quotes. */
  mark(): void
  /** The last lines since the mark. */
  tail(lines?: number): Promise<string>
  /** When the limit is exceeded, moves the content to "<file>.1" and empties the file, which stays open for its writers. */
  trim(): void
  close(): void
}

/**
 * Opens the log for appending and trims it now and every minute. PostgreSQL's own log collector would be one process more and
 * bounds the number of files only by time.
 */
export function openPostgresLog(file: string, limit: number = defaultLimit): PostgresLog {
  const fd = openSync(file, 'a', 0o600)
  let start = 0
  let isOpen = true
  function trim() {
    if (fstatSync(fd).size <= limit) return
    copyFileSync(file, `${file}.1`)
    ftruncateSync(fd)
    start = 0
  }
  trim()
  const timer = setInterval(trim, 60_000).unref()
  return {
    fd,
    trim,
    mark() {
      start = fstatSync(fd).size
    },
    async tail(lines = 15) {
      const text = await readFrom(file, start)
      return text.trimEnd().split('\n').slice(-lines).join('\n')
    },
    close() {
      clearInterval(timer)
      if (isOpen) closeSync(fd)
      isOpen = false
    },
  }
}

async function readFrom(file: string, start: number): Promise<string> {
  await using handle = await open(file, 'r')
  const { size } = await handle.stat()
  const from = Math.max(start, size - tailBytes)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - from)), 0, size - from, from)
  return buffer.toString('utf8', 0, bytesRead)
}
