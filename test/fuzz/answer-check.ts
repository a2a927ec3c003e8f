import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsModule from 'ajv-formats'
import type { ApiDocument, ApiOperation, ApiSchema } from '../support/api-document.ts'
import type { FuzzedAnswer } from './sending.ts'

/** Says what is wrong with an answer; undefined = it is as the document promises. */
export type AnswerCheck = (answer: FuzzedAnswer, operation: ApiOperation | undefined) => string | undefined

/** What the server itself may answer to a path that is no route's. */
const beforeRoutes = new Set([400, 401, 404, 405, 414, 415])
/** What no caller should ever read. */
const inside =
  /node_modules|\bat (?:file|async|Object|new )\b|SQLSTATE|syntax error at|pg_|relation "|violates|node:internal/

/** Checks answers against the OpenAPI document: `undefined` for the operation when the path belongs to none. */
export function createAnswerCheck({ components }: Pick<ApiDocument, 'components'>): AnswerCheck {
  const ajv = new Ajv2020({ strict: false })
  formatsModule.default(ajv)
  const compiled = new Map<ApiSchema, ReturnType<typeof ajv.compile>>()
  const problem: ApiSchema = { $ref: '#/components/schemas/Problem' }

  function faultOf(schema: ApiSchema, type: string, text: string): string | undefined {
    const check = compiled.get(schema) ?? ajv.compile({ components, ...schema })
    compiled.set(schema, check)
    const value = /[/+]json$/.test(type) ? parsed(text) : text
    if (value === undefined) return 'is no JSON'
    return check(value) ? undefined : `is not as its schema says: ${ajv.errorsText(check.errors)}`
  }

  return ({ status, type, text }, operation) => {
    if (status >= 500) return `must not fail with ${status}`
    if (status >= 400 && inside.test(text)) return 'must not tell of the inside'
    if (operation === undefined) {
      if (!beforeRoutes.has(status))
        return `must be one of ${[...beforeRoutes]} where there is no route, and is ${status}`
      return type === 'application/problem+json' ? faultOf(problem, type, text) : `has the type "${type}"`
    }
    const declared = operation.answers[status]
    if (declared === undefined) return `has the status ${status}, which the document does not list`
    const types = Object.keys(declared)
    if (types.length === 0) return text === '' ? undefined : 'must be empty'
    const schema = declared[type]
    if (schema === undefined) return `has the type "${type}", and the document lists ${types}`
    return faultOf(schema, type, text)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
