import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { constraintsOf } from './constraints.ts'
import { addFormats } from './formats.ts'
import { typeOf } from './json-type.ts'
import { isSameValue } from './json-value.ts'
import { addKeywords } from './keywords.ts'
import { ORIGIN, type SchemaNode, type SchemaSet } from './schema-set.ts'

/** Whether a schema takes a value; undefined where that cannot be told, as it refers to nothing. */
export type Accepts = (node: SchemaNode, value: unknown) => boolean | undefined

/** What is wrong with a document. */
export interface ValidationError {
  /** JSON pointer into the document. */
  readonly path: string
  readonly schemaPath: string
  readonly keyword: string
  readonly message: string
}

/** Validates by the schemas of one set. Formats count in every draft, unknown ones do not. */
export interface Validator {
  readonly accepts: Accepts
  /** Up to 100 faults of a document; none = it is valid. Throws what compiling throws, as for a reference that leads nowhere. */
  errors(node: SchemaNode, document: unknown): ValidationError[]
}

/** More would only make an answer large. */
const MOST_ERRORS = 100

/** Creates the validator of a set; what is asked for is compiled once. `isForFew`: sooner ready, slower afterwards; default false. */
export function createValidator(set: SchemaSet, { isForFew = false } = {}): Validator {
  const thorough = createAjv(set, { isForFew, allErrors: true })
  // Where Ajv 8 ends with the first fault, it leaves out what follows `prefixItems` for an empty array.
  const quick = mentions(set, 'prefixItems') ? thorough : createAjv(set, { isForFew, allErrors: false })

  return {
    accepts(node, value) {
      if (typeof node.schema === 'boolean') return node.schema
      const plain = plainVerdict(node, value)
      if (plain !== undefined) return plain
      try {
        return quick(node)(value)
      } catch {
        return undefined
      }
    },
    errors(node, document) {
      if (quick(node)(document)) return []
      const validate = thorough(node)
      validate(document)
      return (validate.errors ?? []).slice(0, MOST_ERRORS).map(toError)
    },
  }
}

/** A schema of types and values alone needs no compiling. */
function plainVerdict(node: SchemaNode, value: unknown): boolean | undefined {
  const isPlain = Object.keys(node.schema).every((keyword) => plainKeywords.has(keyword))
  if (!isPlain) return undefined
  const { types, values } = constraintsOf(node)
  return (typeOf(value) & types) !== 0 && (values === undefined || values.some((each) => isSameValue(each, value)))
}

const plainKeywords = new Set(['type', 'enum', 'const', 'title', 'description', 'default', 'examples', '$comment'])

const inherited = Object.getOwnPropertyNames(Object.prototype)

function mentions({ documents }: SchemaSet, keyword: string): boolean {
  return [...documents.values()].some((document) => JSON.stringify(document).includes(`"${keyword}`))
}

function createAjv(
  set: SchemaSet,
  { isForFew, allErrors }: { readonly isForFew: boolean; readonly allErrors: boolean },
): (node: SchemaNode) => ValidateFunction {
  const compiled = new Map<SchemaNode, ValidateFunction>()
  let ajv: Ajv2020 | undefined

  function instance(): Ajv2020 {
    if (ajv) return ajv
    const keepsEvaluated = mentions(set, 'unevaluated')
    // Slower, and of use only where a property has the name of one that every object inherits.
    const isInherited = inherited.some((name) => mentions(set, `${name}"`))
    ajv = new Ajv2020({
      allErrors,
      ownProperties: isInherited,
      strict: false,
      validateSchema: false,
      logger: false,
      addUsedSchema: false,
      meta: false,
      // Where Ajv 8 keeps in mind what was evaluated, its optimizer takes out variables that are used.
      code: { optimize: !isForFew && !keepsEvaluated },
    })
    // What was evaluated is kept in mind only where it matters.
    ajv.opts.unevaluated = keepsEvaluated
    addFormats(ajv)
    addKeywords(ajv, { inherited: isInherited })
    for (const [location, schema] of set.documents) ajv.addSchema(schema, ORIGIN + location)
    return ajv
  }

  return (node) => {
    const known = compiled.get(node)
    if (known) return known
    const pointer = node.path.split('/').map(encodeURIComponent).join('/')
    const validate = instance().compile({ $ref: `${ORIGIN}${node.location}#${pointer}` })
    compiled.set(node, validate)
    return validate
  }
}

function toError({
  instancePath,
  schemaPath,
  keyword,
  message = 'is not valid',
  params,
}: ErrorObject): ValidationError {
  const extra = Object.values(params).find((value) => typeof value === 'string')
  const isNamed = extra === undefined || message.includes(extra)
  return {
    path: instancePath,
    schemaPath: schemaPath.replace(ORIGIN, ''),
    keyword,
    message: isNamed ? message : `${message}: "${extra}"`,
  }
}
