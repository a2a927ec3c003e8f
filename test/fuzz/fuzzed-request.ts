import fc from 'fast-check'
import { password as ownPassword, sampleUpload } from '../isolation/sample-body.ts'
import type { ApiOperation, ApiParameter, ApiSchema } from '../support/api-document.ts'
import { firstFlow } from '../support/test-hub.ts'
import {
  brokenText,
  hostileTexts,
  hostileValue,
  oddHeaders,
  oddQueries,
  oddSegments,
  oddTypes,
} from './hostile-values.ts'

/** A request that may or may not be sound. All of it follows from the seed: what exists is named by placeholders. */
export interface FuzzedRequest {
  /** For each parameter of the path what stands there, percent-encoded; absent = a thing that exists. */
  readonly segments: Readonly<Record<string, string>>
  /** What stands behind the question mark; empty = nothing. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
}

/** Where a body or query is to name a thing that exists: ids that stand for those of the caller's tenant. */
export const placeholders = {
  tenant: '00000000-0000-4000-8000-0000000000a1',
  user: '00000000-0000-4000-8000-0000000000a2',
  role: '00000000-0000-4000-8000-0000000000a3',
  flow: '00000000-0000-4000-8000-0000000000a4',
  username: '00000000-0000-4000-8000-0000000000a5',
  token: '00000000-0000-4000-8000-0000000000a6',
} as const

const json = { 'content-type': 'application/json' }
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const { tenant, user, role, flow } = placeholders
const ids = fc.oneof(fc.constantFrom(tenant, user, role, flow), fc.uuid())
const names = fc.constantFrom('flows.read', 'tenant.all', 'all', 'tenant.profile.read', 'no.such', 'x')

/** Requests to the operation: sound ones, ones with a single fault, and hostile ones. */
export function fuzzedRequest(operation: ApiOperation): fc.Arbitrary<FuzzedRequest> {
  const sound = soundRequest(operation)
  return fc.oneof(
    { weight: 4, arbitrary: sound },
    { weight: 6, arbitrary: sound.chain((request) => withOneFault(operation, request)) },
    {
      weight: 2,
      arbitrary: sound
        .chain((request) => withOneFault(operation, request))
        .chain((one) => withOneFault(operation, one)),
    },
  )
}

function soundRequest({ body, form, upload, parameters }: ApiOperation): fc.Arbitrary<FuzzedRequest> {
  const query = parameters.filter(({ in: place }) => place === 'query')
  const { type, bytes } = sampleUpload()
  const text = upload
    ? fc.constant(bytes)
    : form
      ? soundValue(form).map((value) => formOf(value as Record<string, unknown>))
      : body === undefined
        ? fc.constant(undefined)
        : soundValue(body).map((value) => JSON.stringify(value))
  return fc.record({
    segments: fc.constant({}),
    query: fc.oneof({ weight: 2, arbitrary: soundQuery(query) }, fc.constant('')),
    headers: fc.constant(upload ? { 'content-type': type } : form ? formType : body === undefined ? {} : json),
    body: text,
  })
}

function formOf(value: Record<string, unknown>): string {
  const pairs = Object.entries(value).map(([name, each]): [string, string] => [name, String(each)])
  return new URLSearchParams(pairs).toString()
}

function soundQuery(parameters: readonly ApiParameter[]): fc.Arbitrary<string> {
  const some = fc
    .subarray([...parameters])
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map(({ name, schema }) =>
          soundValue(schema).map((value) => [value].flat().map((one) => [name, String(one)] as [string, string])),
        ),
      ),
    )
  return some.map((pairs) => new URLSearchParams(pairs.flat()).toString())
}

/** Exchanges one part for something that does not belong there. */
function withOneFault(operation: ApiOperation, request: FuzzedRequest): fc.Arbitrary<FuzzedRequest> {
  const { parameters, body, form } = operation
  const inPath = parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name)
  const inQuery = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name)
  const faults: fc.Arbitrary<FuzzedRequest>[] = [
    oddHeaders.map((headers) => ({ ...request, headers: { ...request.headers, ...headers } })),
    fc.constantFrom(...oddQueries).map((query) => ({ ...request, query: `${request.query}&${query}` })),
  ]
  if (inPath.length > 0) {
    const wrong = fc.tuple(fc.constantFrom(...inPath), fc.oneof(oddSegments, fc.uuid()))
    faults.push(wrong.map(([name, segment]) => ({ ...request, segments: { ...request.segments, [name]: segment } })))
  }
  if (inQuery.length > 0) {
    const wrong = fc.tuple(fc.constantFrom(...inQuery), fc.constantFrom(...hostileTexts))
    faults.push(
      wrong.map(([name, text]) => ({ ...request, query: `${request.query}&${new URLSearchParams({ [name]: text })}` })),
    )
  }
  if (Buffer.isBuffer(request.body)) faults.push(...uploadFaults(request.body, request))
  else if (form !== undefined) faults.push(...formFaults(form, request))
  else if (body !== undefined && typeof request.body === 'string') {
    const { body: text } = request
    const wrong = withOneFaultInside(body, text)
    faults.push(wrong.map((changed) => ({ ...request, body: changed })))
    faults.push(wrong.map((changed) => ({ ...request, body: changed })))
    faults.push(brokenText(text).map((broken) => ({ ...request, body: broken })))
    faults.push(
      fc
        .constantFrom(...oddTypes)
        .map((type) => ({ ...request, headers: { ...request.headers, 'content-type': type } })),
    )
  } else if (body === undefined) {
    faults.push(fc.constantFrom('{}', 'x', '').map((unwanted) => ({ ...request, headers: json, body: unwanted })))
  }
  return fc.oneof(...faults)
}

/** Bytes that are cut off or are others, or another type. */
function uploadFaults(bytes: Buffer, request: FuzzedRequest): fc.Arbitrary<FuzzedRequest>[] {
  const place = fc.integer({ min: 0, max: bytes.length - 1 })
  return [
    place.map((length) => ({ ...request, body: bytes.subarray(0, length) })),
    fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      return { ...request, body: Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]) }
    }),
    fc.constantFrom(...oddTypes, 'multipart/form-data', 'multipart/form-data; boundary=x').map((type) => {
      return { ...request, headers: { ...request.headers, 'content-type': type } }
    }),
  ]
}

/** Another value, one value too many, something that is no form, or another type. */
function formFaults({ properties = {} }: ApiSchema, request: FuzzedRequest): fc.Arbitrary<FuzzedRequest>[] {
  const { body, headers } = request
  const name = fc.constantFrom('surprise', '__proto__', ...Object.keys(properties))
  const more = (text: string): FuzzedRequest => ({ ...request, body: `${body}&${text}` })
  const pair = fc.tuple(name, fc.constantFrom(...hostileTexts))
  return [
    pair.map(([field, text]) => more(new URLSearchParams({ [field]: text }).toString())),
    pair.map(([field, text]) => ({ ...request, body: new URLSearchParams({ [field]: text }).toString() })),
    fc.constantFrom(...oddQueries).map(more),
    brokenText(String(body)).map((broken) => ({ ...request, body: broken })),
    fc.constantFrom(...oddTypes, 'application/json').map((type) => {
      return { ...request, headers: { ...headers, 'content-type': type } }
    }),
  ]
}

/** A field is exchanged, left out, or there is one too many. */
function withOneFaultInside(schema: ApiSchema, text: string): fc.Arbitrary<string> {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return hostileValue.map((one) => JSON.stringify(one))
  const fields = [...new Set([...Object.keys(value), ...Object.keys(schema.properties ?? {})])]
  const known = fields.length === 0 ? ['surprise'] : fields
  const without = (field: string) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== field))
  return fc.oneof(
    fc
      .tuple(fc.constantFrom(...known), hostileValue)
      .map(([field, wrong]) => JSON.stringify({ ...value, [field]: wrong })),
    fc.constantFrom(...known).map((field) => JSON.stringify(without(field))),
    fc
      .tuple(fc.constantFrom('surprise', '__proto__', 'constructor', '_id', '', '\u0000', 'toString'), hostileValue)
      // As text: an object literal would take "__proto__" for something else.
      .map(([field, wrong]) => `{${JSON.stringify(field)}:${JSON.stringify(wrong)},${JSON.stringify(value).slice(1)}`)
      .map((changed) => changed.replace(',}', '}')),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the schema allows; of fields with a meaning of their own, what there really is. */
function soundValue(schema: ApiSchema, field = ''): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => soundValue(one, field)))
  if (field === 'graph') return fc.oneof(fc.constant(firstFlow('http://127.0.0.1:9/in').graph), soundObject(schema))
  if (field === 'permissions' || field === 'scope') return fc.uniqueArray(names, { maxLength: 3 })
  switch (schema.type) {
    case 'string':
      return soundText(schema, field)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array': {
      const bounds = {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4),
      }
      const item = soundValue(schema.items ?? {}, field)
      return schema.uniqueItems ? fc.uniqueArray(item, { ...bounds, comparator: 'SameValue' }) : fc.array(item, bounds)
    }
    case 'object':
      return soundObject(schema)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function soundObject({ properties = {}, required = [] }: ApiSchema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, soundValue(one, name)]))
  return fc.record(fields, { requiredKeys: [...required], noNullPrototype: true })
}

const sensible: Readonly<Record<string, fc.Arbitrary<string>>> = {
  tenant: fc.constant(tenant),
  roles: fc.constantFrom(role, '00000000-0000-7000-8000-000000000002'),
  username: fc.oneof(fc.constant(placeholders.username), fc.uuid(), fc.string({ minLength: 1, maxLength: 254 })),
  token: fc.oneof(fc.constant(placeholders.token), fc.string({ minLength: 1, maxLength: 60 })),
  accountId: fc.constant(user),
  expiresIn: fc.constantFrom('1h', '30m', '2d', '-1', ''),
  currentPassword: fc.constant(ownPassword),
  newPassword: fc.constant(ownPassword),
  redirectUris: fc.constantFrom('https://app.example/callback', 'http://127.0.0.1/x', 'app.example:/callback'),
  componentId: fc.constantFrom('jsonata', 'http-request', 'none'),
  password: fc.constantFrom(ownPassword, 'pass word 8', '😀'.repeat(20)),
}

function soundText({ format, pattern, minLength = 0, maxLength = 60 }: ApiSchema, field: string): fc.Arbitrary<string> {
  const known = sensible[field]
  if (known) return known
  if (format === 'uuid') return ids
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }).map((at) => at.toISOString())
  if (pattern !== undefined && pattern !== '\\S')
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength)
  const most = Math.min(maxLength, Math.max(minLength, 30))
  const short = fc
    .string({ minLength, maxLength: most })
    .map((text) => (pattern === undefined ? text : `x${text}`.slice(0, maxLength)))
  const unusual = fc
    .string({ unit: 'grapheme', minLength: Math.max(1, minLength), maxLength: most })
    .filter((text) => text.length <= maxLength)
  const longest = fc.constant('y'.repeat(Math.min(maxLength, 1_000)))
  return fc.oneof(
    { weight: 4, arbitrary: short },
    { weight: 1, arbitrary: pattern === undefined ? unusual : short },
    longest,
  )
}
