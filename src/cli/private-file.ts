import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { messageOf } from '#lib/errors'
import { CommandError, exitCodes } from './command.ts'

/**
 * Writes what `produce` resolves to into a file that its owner alone may read. That the file can be written is known before `produce` is
 * called; where that fails, nothing is left behind and a file that was there is as it was. Throws a `CommandError` where there is a file
 * already, unless it is to be replaced.
 */
export async function writePrivateFile(
  path: string,
  { replace }: { readonly replace: boolean },
  produce: () => Promise<string>,
): Promise<void> {
  const draft = replace ? `${path}.${process.pid}.part` : path
  const file = await openNew(draft, path)
  try {
    await file.writeFile(await produce())
    await file.sync()
    await file.close()
    if (replace) await rename(draft, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(draft, { force: true })
    throw isOfSystem(error) ? cannotWrite(path, error) : error
  }
}

async function openNew(draft: string, path: string): Promise<FileHandle> {
  try {
    return await open(draft, 'wx', 0o600)
  } catch (error) {
    if (!isOfSystem(error)) throw error
    if (error.code !== 'EEXIST' || draft !== path) throw cannotWrite(path, error)
    const message = `Cannot write "${path}" as there is such a file already: name another one with --out, or replace it with --force`
    throw new CommandError(message, exitCodes.failed)
  }
}

function cannotWrite(path: string, error: Error): CommandError {
  return new CommandError(`Cannot write "${path}": ${messageOf(error)}`)
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
