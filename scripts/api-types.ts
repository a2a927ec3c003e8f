import { join } from 'node:path'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { Payloads } from '#catalogue'
import { createEventBus } from '#event-bus'
import { readConfig } from '#lib/config'
import { createHttpServer } from '#lib/http/http-server'
import { createLogger } from '#lib/logger'
import { createKeyRing } from '#lib/master-key/key-ring'
import { createKeyRotation } from '#lib/master-key/key-rotation'
import { keySource } from '#lib/master-key/key-source'
import { createMembership } from '#lib/membership'
import { createDatabase } from '#lib/postgres'
import { createMetrics } from '#lib/telemetry'
import { configTables } from '../src/hub/config.ts'
import { hubMount } from '../src/hub/routes.ts'
import { createServices } from '../src/hub/service-set.ts'

interface Parameter {
  readonly in: string
  readonly name: string
  readonly required?: boolean
  readonly schema: JSONSchema
}

type Content = Readonly<Record<string, { readonly schema?: JSONSchema }>>

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content; readonly required?: boolean }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JSONSchema>> }
}

const HEAD = `/**
 * The hub's public API as openapi-fetch wants to know it, made from its OpenAPI document. Not to be edited: run "npm run docs".
 */`

/** The text of `console/src/api/schema.d.ts`: a type `paths` for openapi-fetch. Needs no database. */
export async function apiTypes(): Promise<string> {
  const { paths, components } = (await apiDocument()) as ApiDocument
  const operations = Object.entries(paths).map(([path, methods]) => {
    const members = Object.entries(methods).map(([method, operation]) => [method, operationSchema(operation)] as const)
    return [path, record(Object.fromEntries(members))] as const
  })
  const schema = { ...record(Object.fromEntries(operations)), title: 'paths', components }
  const text = await compile(schema, 'paths', {
    additionalProperties: false,
    bannerComment: HEAD,
    format: true,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, semi: false, printWidth: 120, trailingComma: 'all' },
    unknownAny: true,
  })
  // A status is a number to openapi-fetch.
  return text.replaceAll(/'([1-5]\d\d)': /g, '$1: ')
}

/** Nothing of what is made here is started: the database is never reached. */
async function apiDocument(): Promise<object> {
  const config = readConfig(configTables, {})
  const logger = createLogger({ level: 'silent' })
  const db = createDatabase({ url: 'postgres://127.0.0.1/nowhere' })
  const membership = createMembership({ db })
  const bus = createEventBus<Payloads>({ db, membership })
  const masterKey = createKeyRing({ db, source: keySource({ file: '' }) })
  const services = createServices({
    config,
    db,
    bus,
    membership,
    masterKey,
    logger,
    components: join(import.meta.dirname, '../components'),
    inject: (request) => server.inject(request),
    publicUrl: () => '',
  })
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: services.principals,
    mounts: [
      hubMount('0', createKeyRotation({ db, membership, ring: masterKey, tables: [], logger })),
      ...services.running.flatMap(({ mounts }) => mounts),
    ],
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: true,
  })
  return server.openapi()
}

function operationSchema({ parameters = [], requestBody, responses }: Operation): JSONSchema {
  const places = Object.entries(Object.groupBy(parameters, (parameter) => parameter.in)).map(([place, group = []]) => {
    const isRequired = group.some(({ required }) => required)
    return [place, { schema: parametersSchema(group), isRequired }] as const
  })
  // Errors are the same everywhere, and callers decide by their code.
  const answers = Object.entries(responses).map(([status, { content }]) => {
    const answer = record(content === undefined ? {} : { content: contentSchema(content) })
    return [Number(status) < 400 ? status : 'default', answer] as const
  })
  return record(
    {
      parameters: record(
        Object.fromEntries(places.map(([place, { schema }]) => [place, schema])),
        places.filter(([, { isRequired }]) => isRequired).map(([place]) => place),
      ),
      ...(requestBody && { requestBody: record({ content: contentSchema(requestBody.content) }) }),
      responses: record(Object.fromEntries(answers)),
    },
    ['parameters', 'responses', ...(requestBody ? ['requestBody'] : [])],
  )
}

function parametersSchema(group: readonly Parameter[]): JSONSchema {
  return record(
    Object.fromEntries(group.map(({ name, schema }) => [name, schema])),
    group.filter(({ required }) => required).map(({ name }) => name),
  )
}

function contentSchema(content: Content): JSONSchema {
  return record(Object.fromEntries(Object.entries(content).map(([type, { schema = {} }]) => [type, schema])))
}

/** An object with exactly these members; all of them required unless told otherwise. */
function record(properties: Record<string, JSONSchema>, required = Object.keys(properties)): JSONSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}
