import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import { type HubClient, logIn } from '../../test/support/hub-client.ts'
import { createDataDir, startHubProcess } from '../../test/support/hub-process.ts'
import { gitHubPayloads, type Payload } from './payloads.ts'
import { gitHubArchive, schemaNameOf, wholeDocument } from './schemas.ts'

// The schemas of GitHub's webhooks come into the Metadata Repository as an archive, and real payloads are checked against them. Ends with
// 1 if a reference is broken, or if the hub judges a payload otherwise than Ajv does by the one document that the schemas come from.

const base = '/metadata-repository/api/v1'
const say = (text: string) => process.stdout.write(`${text}\n`)

const dataDir = await createDataDir()
say('Starting a hub of its own …')
const hub = await startHubProcess({ dataDir: dataDir.path })
try {
  process.exitCode = await run(await logIn(hub.url, hub.admin))
} finally {
  await hub.stop()
  await dataDir.remove()
}

interface Verdict {
  readonly valid: boolean
  readonly errors: readonly { readonly path: string; readonly keyword: string; readonly message: string }[]
}

async function run(client: HubClient): Promise<number> {
  const { data: domain } = await client.expect('POST', `${base}/domains`, {
    name: 'GitHub webhooks',
    description: 'What GitHub sends when something happens',
  })
  const took = stopwatch()
  const { imported, schemas, report } = await importArchive(client, domain.id)
  say(`Imported:  ${imported} schemas, ${report.length} broken references, in ${took()}`)

  const ids = new Map(schemas.map(({ id, uri }) => [uri, id]))
  const payloads = gitHubPayloads()
  const verdicts: Verdict[] = []
  for (const { event, document } of payloads) {
    const path = `${base}/schemas/${ids.get(`${schemaNameOf(event)}.json`)}/validate`
    verdicts.push(await client.expect('POST', path, { document }))
  }
  say(`Checked:   ${payloads.length} payloads, in ${took()}`)
  return summary(payloads, verdicts) + report.length === 0 ? 0 : 1
}

/** Gives the time since it was asked last, or made. */
function stopwatch(): () => string {
  let before = performance.now()
  return () => {
    const since = performance.now() - before
    before += since
    return `${(since / 1_000).toFixed(1)} s`
  }
}

interface ImportAnswer {
  readonly imported: number
  readonly schemas: readonly { readonly id: string; readonly uri: string }[]
  readonly report: readonly unknown[]
}

async function importArchive({ token }: HubClient, domainId: string): Promise<ImportAnswer> {
  const body = new FormData()
  body.set('archive', new Blob([gitHubArchive()]), 'github.zip')
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${hub.url}${base}/domains/${domainId}/schemas/import`, { method: 'POST', headers, body })
  if (answer.status !== 200) throw new Error(`The import was answered with ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as ImportAnswer
}

/** Says how many payloads are valid and why others are not; gives the number of those that Ajv judges otherwise. */
function summary(payloads: readonly Payload[], verdicts: readonly Verdict[]): number {
  const reasons = Map.groupBy(
    verdicts.flatMap(({ errors: [first] }) => (first ? [`${first.path || '/'} ${first.message}`] : [])),
    (reason) => reason,
  )
  const expected = judge(payloads)
  const differing = verdicts.filter(({ valid }, index) => valid !== expected[index])

  say(`Valid:     ${verdicts.filter(({ valid }) => valid).length} of ${payloads.length} payloads`)
  say(`By Ajv:    ${expected.filter((valid) => valid).length}, ${differing.length} judged otherwise`)
  say('Why others are not, the first reason of each:')
  const byCount = [...reasons].sort(([, a], [, b]) => b.length - a.length)
  for (const [reason, { length }] of byCount.slice(0, 8)) say(`  ${String(length).padStart(3)}  ${reason}`)
  return differing.length
}

/** Which payloads are valid by the document that the schemas come from. */
function judge(payloads: readonly Payload[]): boolean[] {
  const ajv = new Ajv({ strict: false })
  ajvFormats.default(ajv)
  ajv.addSchema(wholeDocument, 'github')
  return payloads.map(
    ({ event, document }) => ajv.validate(`github#/definitions/${schemaNameOf(event)}`, document) === true,
  )
}
