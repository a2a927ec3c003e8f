import type { ErrorObject } from 'ajv'
import type { Fault } from '../errors.ts'
import { joinField } from './stored-text.ts'

/** The parts of a request that have a schema, with the words a message uses for one of their fields. */
export const partNames = { params: 'Path parameter', query: 'Query parameter', body: 'Field' } as const
/** One of those parts. */
export type Part = keyof typeof partNames

/** Turns the validator's errors into faults that name the field as the caller wrote it, and say what is wanted. */
export function faultsOf(part: Part, errors: readonly ErrorObject[]): Fault[] {
  return withoutNoise(errors).map((error) => faultOf(part, error))
}

function faultOf(part: Part, error: ErrorObject): Fault {
  const field = fieldOf(error)
  const subject = field === '' ? 'The body' : `${partNames[part]} "${field}"`
  return { ...(field === '' ? {} : { field }), message: `${subject} ${reasonOf(error)}` }
}

function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  let field = ''
  for (const segment of instancePath.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    field = /^\d+$/.test(key) ? `${field}[${key}]` : joinField(field, key)
  }
  if (keyword === 'required') return joinField(field, String(params.missingProperty))
  if (keyword === 'additionalProperties') return joinField(field, String(params.additionalProperty))
  return field
}

function reasonOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is required'
    case 'additionalProperties':
      return 'is unknown'
    case 'enum':
      return `must be one of ${listed(params.allowedValues)}`
    case 'const':
      return `must be ${listed([params.allowedValue])}`
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(params.allowedValues)
        ? `must be one of ${listed(params.allowedValues)}`
        : 'must have one of the allowed forms'
    default:
      return (message ?? 'is not valid').replace('must NOT', 'must not')
  }
}

function listed(values: readonly unknown[]): string {
  return values
    .slice(0, 30)
    .map((value) => JSON.stringify(value))
    .join(', ')
}

/**
 * A union reports the errors of all its branches. Of each union stay: the list of values, if all branches are constants; the
 * errors of the one branch that was meant, if its constants tell; else the union's own error.
 */
function withoutNoise(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors]
  for (const union of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    const inside = kept.filter((error) => error !== union && isBelow(error, union))
    if (inside.length === 0) continue
    kept = kept.filter((error) => !inside.includes(error))
    const chosen = chosenErrors(union, inside)
    kept.splice(kept.indexOf(union), 1, ...chosen)
  }
  return kept
}

/** Errors below a `$ref` carry the path of the definition: the place in the input tells then. */
function isBelow(error: ErrorObject, union: ErrorObject): boolean {
  if (error.schemaPath.startsWith(`${union.schemaPath}/`)) return true
  return !error.schemaPath.startsWith('#/properties') && error.instancePath.startsWith(`${union.instancePath}/`)
}

function chosenErrors(union: ErrorObject, inside: readonly ErrorObject[]): ErrorObject[] {
  const constants = inside.filter(
    ({ keyword, instancePath }) => keyword === 'const' && instancePath === union.instancePath,
  )
  const others = inside.filter(({ keyword }) => keyword !== 'const' && keyword !== 'type')
  if (constants.length > 0 && others.length === 0) {
    const allowedValues = constants.map(({ params }) => params.allowedValue)
    return [{ ...union, params: { ...union.params, allowedValues } }]
  }
  const branches = Object.values(Object.groupBy(inside, (error) => branchOf(error, union)))
  const meant = branches.filter((branch) => branch && !branch.some((error) => rulesOut(error, union)))
  if (meant.length === 1 && meant[0]) return meant[0]
  return meant.length === 0 ? [unknownKind(inside, union) ?? union] : [union]
}

/** Where the branches tell themselves apart by the constants of one field, and none has what is there: that is the fault. */
function unknownKind(inside: readonly ErrorObject[], union: ErrorObject): ErrorObject | undefined {
  const kinds = inside.filter((error) => error.keyword === 'const' && rulesOut(error, union))
  const [first] = kinds
  if (first === undefined || kinds.some(({ instancePath }) => instancePath !== first.instancePath)) return undefined
  return { ...first, keyword: 'enum', params: { allowedValues: kinds.map(({ params }) => params.allowedValue) } }
}

function branchOf(error: ErrorObject, union: ErrorObject): string {
  return error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? ''
}

/** A wrong type of the whole, or a wrong constant in one of its own fields, says that another branch was meant. */
function rulesOut({ keyword, instancePath }: ErrorObject, union: ErrorObject): boolean {
  if (keyword === 'type') return instancePath === union.instancePath
  return keyword === 'const' && !instancePath.slice(union.instancePath.length + 1).includes('/')
}
