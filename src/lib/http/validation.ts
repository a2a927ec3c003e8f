import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import formatsModule from 'ajv-formats'
import type { TSchema } from 'typebox'
import { type Fault, HubError } from '../errors.ts'
import type { Route } from './route.ts'
import { unstorableFaults } from './stored-text.ts'
import { faultsOf, type Part } from './validation-fault.ts'

/** As PostgreSQL takes it; the format of ajv lets `urn:uuid:` through, which PostgreSQL refuses. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Bodies up to this many bytes get all their faults; from larger ones only the first, as the list would cost too much. */
const largestFullReport = 65_536
const mostFaults = 100

/** The parts of a request as they arrived, query and params as texts. */
export interface Input {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  /** Bytes of the body. */
  readonly size: number
}

/** Checks requests and answers against the schemas of their routes. */
export interface Validation {
  /**
   * Throws one `HubError` with all faults. Numbers and booleans in params and query get their type; bodies are taken as they
   * are. Absent optional values get the schema's `default`.
   */
  checkRequest(route: Route, input: Input): void
  /** Throws an `Error` when an answer is not what the route declares: a fault of ours. */
  checkAnswer(route: Route, status: number, body: unknown): void
}

type Compile = (schema: TSchema) => ValidateFunction

interface Checkers {
  /** Ends at the first fault. */
  readonly first: Compile
  readonly all: Compile
}

/** Schemas are compiled when they are first needed and kept. */
export function createValidation(): Validation {
  const strict = createCheckers({})
  const coercing = createCheckers({ coerceTypes: 'array' })

  function partFaults(part: Part, schema: TSchema, value: unknown, size: number): Fault[] {
    const checkers = part === 'body' ? strict : coercing
    const quick = checkers.first(schema)
    if (quick(value)) return part === 'body' ? [] : infinityFaults(part, value)
    if (size > largestFullReport) return faultsOf(part, quick.errors ?? [])
    const full = checkers.all(schema)
    full(value)
    return faultsOf(part, (full.errors ?? []).slice(0, mostFaults * 10)).slice(0, mostFaults)
  }

  function checkRequest(route: Route, input: Input): void {
    const { params, query, body, size } = input
    const outer = [...unstorableFaults(params), ...unstorableFaults(query)]
    if (route.params) outer.push(...partFaults('params', route.params, params, 0))
    if (route.query) outer.push(...partFaults('query', route.query, query, 0))
    const inner = route.rawBody ? [] : bodyFaults(route, body, size)
    refuse([...outer, ...inner], outer.length > 0 ? 'invalid-parameter' : 'invalid-body')
  }

  function bodyFaults(route: Route, body: unknown, size: number): Fault[] {
    if (!route.body) return []
    if (body === undefined) return [{ message: 'The body is required' }]
    const unstorable = unstorableFaults(body, { allowNul: route.allowNul === true })
    return unstorable.length > 0 ? unstorable : partFaults('body', route.body, body, size)
  }

  function checkAnswer(route: Route, status: number, body: unknown): void {
    const schema = route.response[status]
    if (!schema) return
    const check = strict.first(schema)
    if (check(body)) return
    const [fault] = faultsOf('body', check.errors ?? [])
    throw new Error(
      `Cannot answer "${route.method} ${route.path}" with ${status} as the body is not as declared: ${fault?.message}`,
    )
  }

  return { checkRequest, checkAnswer }
}

function refuse(faults: readonly Fault[], code: 'invalid-parameter' | 'invalid-body'): void {
  const [first] = faults
  if (!first) return
  const more = faults.length - 1
  const rest = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'fault' : 'faults'}`
  throw new HubError(code, `${first.message}${rest}`, { faults })
}

/** Coercion takes `Infinity` for a number, and no schema means that. */
function infinityFaults(part: Part, value: unknown): Fault[] {
  const fields = Object.entries(value ?? {}).filter(([, item]) => item === Infinity || item === -Infinity)
  return faultsOf(
    part,
    fields.map(([key]) => numberError(key)),
  )
}

function numberError(key: string): ErrorObject {
  return { keyword: 'type', instancePath: `/${key}`, schemaPath: '#', params: { type: 'number' } }
}

function createCheckers(options: Options): Checkers {
  return { first: createCompile(options), all: createCompile({ ...options, allErrors: true }) }
}

function createCompile(options: Options): Compile {
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    useDefaults: true,
    removeAdditional: false,
    addUsedSchema: false,
    logger: false,
    ...options,
  })
  formatsModule.default(ajv)
  ajv.addFormat('uuid', UUID)
  const compiled = new WeakMap<TSchema, ValidateFunction>()
  return (schema) => {
    const known = compiled.get(schema)
    if (known) return known
    allowRemarks(ajv, schema)
    const validate = ajv.compile(schema)
    compiled.set(schema, validate)
    return validate
  }
}

/** Keywords that begin with `x-` are remarks for readers; any other unknown keyword is a slip, and the compiler refuses it. */
function allowRemarks(ajv: Ajv, schema: TSchema): void {
  JSON.stringify(schema, (key, value: unknown) => {
    if (key.startsWith('x-') && !ajv.getKeyword(key)) ajv.addKeyword(key)
    return value
  })
}
