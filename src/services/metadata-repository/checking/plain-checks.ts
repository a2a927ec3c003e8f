import { isDeepStrictEqual } from 'node:util'
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsModule from 'ajv-formats'
import { TerminalError } from '#lib/errors'
import type { Dialect } from '../language/dialect.ts'
import { isJsonObject, type JsonSchema } from '../language/json-schema.ts'
import type { Bundle, CompatibilityReport, Difference, SchemaChecks } from './checks.ts'

const options = { strict: false, allErrors: true, logger: false, validateFormats: true } as const

/** Keywords that say nothing about which documents are valid. */
const annotations = new Set(['title', 'description', 'examples', 'default', '$comment', 'deprecated'])

/**
 * Checks by Ajv alone, in this process and without bounds of time: for schemas that are trusted. Schemas that differ in more than their annotations
 * are told apart by their `examples`, and where those do not decide it is not decided.
 */
export function createPlainChecks(): SchemaChecks {
  return {
    async inspect(bundle) {
      const value = bundle.schemas[bundle.root]?.value ?? true
      const dialect = bundle.schemas[bundle.root]?.dialect ?? 'draft-07'
      const ajv = ajvFor(dialect)
      if (ajv.validateSchema(asRead(value, dialect)) === true) return []
      return (ajv.errors ?? []).map(({ instancePath, message = 'is not allowed' }) => {
        return { path: instancePath, message: `Cannot take what stands at "${instancePath}" as it ${message}` }
      })
    },
    async validate(bundle, document) {
      const validate = compile(bundle)
      if (validate(document)) return []
      return (validate.errors ?? []).map(({ instancePath, schemaPath, keyword, message = 'is not valid' }) => {
        return { path: instancePath, schemaPath, keyword, message }
      })
    },
    async compare({ before, after, direction }) {
      return direction === 'BACKWARD' ? compare(before, after) : compare(after, before)
    },
  }
}

/** Whether the one takes all that the other does. */
function compare(narrow: Bundle, wide: Bundle): CompatibilityReport {
  if (isDeepStrictEqual(plain(narrow.schemas), plain(wide.schemas))) return { compatible: true, differences: [] }
  const [takes, accepts] = [compile(narrow), compile(wide)]
  const examples = [narrow, wide].flatMap(examplesOf)
  const refused = examples.find((example) => takes(example) && !accepts(example))
  const difference: Difference =
    refused === undefined
      ? {
          path: '',
          rule: 'undecided',
          message: 'It could not be decided whether all documents that one takes the other takes too',
        }
      : { path: '', rule: 'example-refused', message: 'An example that one takes the other refuses', example: refused }
  return { compatible: false, differences: [difference] }
}

function examplesOf({ root, schemas }: Bundle): unknown[] {
  const value = schemas[root]?.value
  return isJsonObject(value) && Array.isArray(value.examples) ? value.examples : []
}

/** Without annotations; what is called like one within `properties` stays. */
function plain(value: unknown, isMap = true): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, false))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => isMap || !annotations.has(key))
  return Object.fromEntries(
    entries.map(([key, each]) => [key, plain(each, key === 'properties' || (isMap && key === 'schemas'))]),
  )
}

function compile({ root, schemas }: Bundle): ValidateFunction {
  const ajv = ajvFor(schemas[root]?.dialect ?? 'draft-07')
  try {
    for (const [location, { value, dialect }] of Object.entries(schemas))
      ajv.addSchema(asRead(value, dialect), location)
    const validate = ajv.getSchema(root)
    if (validate) return validate
    throw new TerminalError(`There is no schema "${root}"`)
  } catch (cause) {
    throw cause instanceof TerminalError ? cause : new TerminalError('The schema cannot be compiled', { cause })
  }
}

function ajvFor(dialect: Dialect) {
  const ajv =
    dialect === '2020-12' ? new Ajv2020(options) : dialect === '2019-09' ? new Ajv2019(options) : new Ajv(options)
  formatsModule.default(ajv)
  return ajv
}

/** Ajv knows no draft-04 and no draft-06: their schemas are read as of draft-07, by the name under which they are added. */
function asRead(value: JsonSchema, dialect: Dialect): AnySchemaObject | boolean {
  if (!isJsonObject(value)) return value
  const { id, $id, $schema, ...rest } = value
  const isRecent = dialect === '2019-09' || dialect === '2020-12'
  return isRecent ? { ...rest, ...(typeof $schema === 'string' && { $schema }) } : rest
}
