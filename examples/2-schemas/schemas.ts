import { createRequire } from 'node:module'
import { strToU8, zipSync } from 'fflate'

type Schema = Readonly<Record<string, unknown>>

const require = createRequire(import.meta.url)
const { definitions }: { definitions: Record<string, Schema> } = require('@octokit/webhooks-schemas')

/** The schemas of GitHub's webhooks as the npm package `@octokit/webhooks-schemas` has them, in one document, each by its name. */
export const wholeDocument = { definitions }

/** An archive with a file for each of them; what they refer to within the document they refer to as a file beside. */
export function gitHubArchive(): Uint8Array<ArrayBuffer> {
  const files = Object.entries(definitions).map(([name, schema]) => [`${name}.json`, strToU8(besideEachOther(schema))])
  return zipSync(Object.fromEntries(files))
}

function besideEachOther(schema: Schema): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(/^#\/definitions\/(.*)$/, '$1.json') : value,
  )
}

/** The name of the schema for all payloads of an event; throws where there is none. */
export function schemaNameOf(event: string): string {
  const name = [`${event}_event`, `${event}$event`].find((each) => Object.hasOwn(definitions, each))
  if (name === undefined) throw new Error(`Cannot check event "${event}" as there must be a schema for it`)
  return name
}
