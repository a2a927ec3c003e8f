import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { messageOf } from '#lib/errors'
import { demand, demandAll, type HubCall } from '../demo/hub-call.ts'
import { type CommandContext, CommandError, exitCodes, parseCommand, print, runCommand } from './command.ts'
import { HUB_OPTIONS_HELP, hubOf, hubOptions, withHub } from './hub-session.ts'
import { writePrivateFile } from './private-file.ts'

const HELP = `Usage: oih tenant export <tenant> [--out <file>] [--force]
       oih tenant import <file> [--dry-run]

Takes a tenant out of a running hub as a file, with its roles, its users and the hashes of their passwords, and brings it into another
one. Whoever has the file can guess at the passwords: keep it as a secret, and delete it once it is imported.

  <tenant>          its id, or its name
  --out             the file to write (tenant-<id>.json); - is standard output
  --force           replace the file where there is one already
  <file>            what was exported; - is standard input
  --dry-run         say what is in the way, and change nothing
  --username        who does it: somebody who may export or import tenants (admin)
${HUB_OPTIONS_HELP}

Examples:
  oih tenant export "Acme Demo" --out acme.json
  oih tenant import acme.json --url https://new-hub.example.com --dry-run
  OIH_PASSWORD=… oih tenant export "Acme Demo" --out - | age -r age1… > acme.json.age

Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 130 ended by Ctrl-C
`

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** `oih tenant export` and `oih tenant import`. Resolves to the exit code; says everything on the streams. */
export function tenantCommand(args: string[], context: CommandContext): Promise<number> {
  return runCommand(context, async () => {
    const { values, positionals } = parseCommand(HELP, {
      args,
      allowPositionals: true,
      options: {
        ...hubOptions,
        out: { type: 'string' },
        force: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    })
    if (values.help) return print(context, HELP)
    const hub = hubOf(values)
    const [action, subject, ...extra] = positionals
    const { out, force, 'dry-run': dryRun } = values
    if (subject === undefined || subject === '' || out === '' || extra.length > 0) throw wrongArguments()
    if (action === 'export' && dryRun === undefined) {
      return withHub(context, hub, (call) => exportTenant(call, subject, { out, replace: force ?? false }, context))
    }
    if (action === 'import' && out === undefined && force === undefined) {
      if (subject === '-' && hub.fromStdin) throw wrongArguments()
      const file = await readTenantFile(subject, context)
      return withHub(context, hub, (call) => importTenant(call, file, { dryRun: dryRun ?? false }, context))
    }
    throw wrongArguments()
  })
}

function wrongArguments(): CommandError {
  return new CommandError(HELP, exitCodes.usage)
}

interface TenantFile {
  readonly tenant: { readonly name: string }
  readonly roles: readonly unknown[]
  readonly users: readonly { readonly passwordHash?: string }[]
}

async function exportTenant(
  call: HubCall,
  wanted: string,
  { out, replace }: { readonly out: string | undefined; readonly replace: boolean },
  { stdout, stderr }: CommandContext,
): Promise<number> {
  const id = UUID.test(wanted) ? wanted.toLowerCase() : await idOf(call, wanted)
  const read = () =>
    demand<TenantFile>(call, 'export the tenant', { method: 'GET', path: `/iam/api/v1/tenants/${id}/export` })
  const write = (file: TenantFile) => `${JSON.stringify(file, null, 2)}\n`
  if (out === '-') {
    const file = await read()
    stdout.write(write(file))
    stderr.write(`${exported(file)}\n`)
    return exitCodes.ok
  }
  const path = out ?? `tenant-${id}.json`
  let told = ''
  await writePrivateFile(path, { replace }, async () => {
    const file = await read()
    told = exported(file)
    return write(file)
  })
  stdout.write(
    `${told}: ${path}\nIt holds the hashes of their passwords: keep it as a secret, and delete it once it is imported\n`,
  )
  return exitCodes.ok
}

function exported({ tenant, roles, users }: TenantFile): string {
  return `Tenant "${tenant.name}" is exported with ${counts(roles.length, users.length)}`
}

function counts(roles: number, users: number): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  return `${count(roles, 'role')} and ${count(users, 'user')}`
}

/** Of the tenant with exactly this name; throws where there is none, or more than one. */
async function idOf(call: HubCall, name: string): Promise<string> {
  const path = `/iam/api/v1/tenants?meta=true&search=${encodeURIComponent(name)}`
  const tenants = await demandAll<{ id: string; name: string }>(call, 'look for the tenant', path)
  const [found, ...others] = tenants.filter((tenant) => tenant.name === name)
  if (found === undefined) throw new CommandError(`Cannot export the tenant as there must be one named "${name}"`)
  if (others.length === 0) return found.id
  const ids = [found, ...others].map(({ id }) => `  ${id}`).join('\n')
  throw new CommandError(`Cannot export the tenant as only one may be named "${name}": say which by its id\n${ids}`)
}

async function readTenantFile(path: string, { stdin }: CommandContext): Promise<unknown> {
  try {
    return JSON.parse(path === '-' ? await text(stdin) : await readFile(path, 'utf8'))
  } catch (error) {
    // What the parser says quotes the file.
    const reason = error instanceof SyntaxError ? 'it must be JSON' : messageOf(error)
    throw new CommandError(`Cannot read "${path}": ${reason}`)
  }
}

async function importTenant(
  call: HubCall,
  body: unknown,
  { dryRun }: { readonly dryRun: boolean },
  context: CommandContext,
): Promise<number> {
  const path = `/iam/api/v1/tenants/import${dryRun ? '?dryRun=true' : ''}`
  type Imported = { id: string; name: string; roles: number; users: number }
  const { id, name, roles, users } = await demand<Imported>(call, 'import the tenant', { method: 'POST', path, body })
  const what = `Tenant "${name}" (${id})`
  const said = dryRun ? 'can be imported with' : 'is imported with'
  return print(context, `${what} ${said} ${counts(roles, users)}${dryRun ? ': nothing was changed' : ''}\n`)
}
