// As whom the bundled PostgreSQL runs: it refuses to run as root.

import { execFile } from 'node:child_process'
import { chmod, lchown, readdir, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { HubError, messageOf } from '../errors.ts'

/**
 * - `self`: as the user of the hub, the usual case.
 * - `user-namespace`: as the user of the hub, who is seen as nobody from within. For root, and for users without a name. Needs no
 *   second user, and the files stay those of the user of the hub.
 * - `setuid`: as another user, who then owns the files of PostgreSQL.
 */
export type PostgresUserKind = 'self' | 'user-namespace' | 'setuid'

/** A chosen user: the owner of PostgreSQL's files as seen from the hub, and how to run a program as that user. */
export interface PostgresUser {
  kind: PostgresUserKind
  uid: number
  gid: number
  /** The command to spawn instead of `program`, and the options for it. The pid of the spawned process is that of `program`. */
  command(program: string, args: readonly string[]): SpawnCommand
}

/** What `child_process.spawn` takes. */
export interface SpawnCommand {
  file: string
  args: string[]
  options: { uid?: number; gid?: number; env: Record<string, string> }
}

/** Nothing of the hub's environment reaches PostgreSQL: it may hold secrets, or `PG…` variables. C keeps messages English. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }
const unshareArgs = ['--user', '--map-user=65534', '--map-group=65534', '--']

/**
 * Chooses by trying. `owner`: who owns the data of an earlier start; if the hub is root and he is not, he stays the user, as
 * a user namespace that does not know him could not read the data. `only`: forces one way.
 */
export async function choosePostgresUser(
  owner?: { uid: number; gid: number },
  only?: PostgresUserKind,
): Promise<PostgresUser> {
  const isRoot = process.getuid?.() === 0
  if (only === 'self' || (only === undefined && !isRoot && hasName())) return self()
  const earlier = isRoot && owner !== undefined && owner.uid !== 0 ? owner : undefined
  const reasons: string[] = []
  for (const kind of only ? [only] : waysFor(isRoot, earlier !== undefined)) {
    const user = kind === 'user-namespace' ? userNamespace() : setuid(earlier ?? (await nobody()))
    const refusal = await runAs(user, 'sh', ['-c', ':']).then(() => undefined, messageOf)
    if (refusal === undefined) return user
    reasons.push(refusal.trim().replaceAll('\n', ' '))
  }
  throw new HubError(
    'unavailable',
    `Cannot start the bundled PostgreSQL as user ${process.getuid?.()} as it must run as one who has a name and is not root: ` +
      `${reasons.join('; ')}. Start the hub as an ordinary user, or set OIH_DATABASE_URL to a PostgreSQL of your own`,
  )
}

function waysFor(isRoot: boolean, hasEarlier: boolean): PostgresUserKind[] {
  if (!isRoot) return ['user-namespace']
  return hasEarlier ? ['setuid'] : ['user-namespace', 'setuid']
}

/** PostgreSQL looks up the name of its user; in a container he may have a number only. */
function hasName(): boolean {
  try {
    return os.userInfo().username !== ''
  } catch {
    return false
  }
}

/** Runs a program to its end as that user and returns its standard output. Throws with its standard error. */
export async function runAs(user: PostgresUser, program: string, args: readonly string[]): Promise<string> {
  const command = user.command(program, args)
  const { stdout } = await promisify(execFile)(command.file, command.args, { ...command.options, cwd: '/' })
  return stdout
}

/** Lets the user pass through the data folder. What lies in it keeps its own mode. */
export async function openFolderTo(user: PostgresUser, folder: string): Promise<void> {
  if (user.kind === 'setuid') {
    const { mode } = await stat(folder)
    if ((mode & 0o011) !== 0o011) await chmod(folder, (mode & 0o777) | 0o011)
  }
  if (user.kind === 'self') return
  await runAs(user, 'sh', ['-c', 'cd "$1"', 'sh', folder]).catch((error) => {
    throw new HubError(
      'unavailable',
      `Cannot start the bundled PostgreSQL as its user (uid ${user.uid}, not root) must be allowed to enter "${folder}" and the ` +
        `folders above: ${messageOf(error).trim()}. Choose another data folder, start the hub as an ordinary user, or set OIH_DATABASE_URL`,
      { cause: error },
    )
  })
}

/** Gives a file, or a folder with all it holds, to the user. Does nothing when it is his already. */
export async function handOver(user: PostgresUser, target: string): Promise<void> {
  const { uid } = await stat(target)
  if (user.kind !== 'setuid' || uid === user.uid) return
  const below = await readdir(target, { recursive: true }).catch(() => [])
  for (const name of below) await lchown(path.join(target, name), user.uid, user.gid)
  // Last, so that a crash on the way leaves a folder that is handed over again.
  await lchown(target, user.uid, user.gid)
}

/** The user of the hub. */
function own(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 }
}

function self(): PostgresUser {
  return { kind: 'self', ...own(), command: (file, args) => ({ file, args: [...args], options: { env: environment } }) }
}

function userNamespace(): PostgresUser {
  const command = (program: string, args: readonly string[]) => ({
    file: 'unshare',
    args: [...unshareArgs, program, ...args],
    options: { env: environment },
  })
  return { kind: 'user-namespace', ...own(), command }
}

function setuid({ uid, gid }: { uid: number; gid: number }): PostgresUser {
  const options = { uid, gid, env: environment }
  return { kind: 'setuid', uid, gid, command: (file, args) => ({ file, args: [...args], options }) }
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const ask = async (flag: string) => {
    const output = await promisify(execFile)('id', [flag, 'nobody'], { env: environment }).catch(() => undefined)
    // The usual number, where a container has no user of that name.
    return Number(output?.stdout.trim() || 65_534)
  }
  return { uid: await ask('-u'), gid: await ask('-g') }
}
