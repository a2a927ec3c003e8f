import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { TSchema } from 'typebox'

/** What is known of an event by its name. */
export interface PayloadSchema {
  readonly payload: TSchema
}

/** Where schemas come from. */
export interface PayloadCheckOptions {
  readonly find: (name: string) => PayloadSchema | undefined
  /** Keywords of the schemas that only describe. */
  readonly annotations: readonly string[]
}

/**
 * Checks payloads against their schemas: the result says what is wrong without quoting values, and is undefined for a sound payload.
 * Names without a schema are refused. Schemas are compiled at first use.
 */
export function createPayloadCheck({
  find,
  annotations,
}: PayloadCheckOptions): (name: string, payload: unknown) => string | undefined {
  const ajv = new Ajv({ strict: true, allErrors: false })
  formats.default(ajv)
  ajv.addVocabulary([...annotations])
  const compiled = new Map<string, ValidateFunction>()

  function validatorOf(name: string): ValidateFunction | undefined {
    const known = compiled.get(name)
    if (known !== undefined) return known
    const schema = find(name)?.payload
    if (schema === undefined) return undefined
    const validator = ajv.compile(schema)
    compiled.set(name, validator)
    return validator
  }

  return (name, payload) => {
    const validate = validatorOf(name)
    if (validate === undefined) return 'the name must be in the catalogue'
    if (validate(payload)) return undefined
    const [error] = validate.errors ?? []
    const extra = error?.params.additionalProperty === undefined ? '' : `: "${error.params.additionalProperty}"`
    return `payload${(error?.instancePath ?? '').replaceAll('/', '.')} ${error?.message ?? 'is not sound'}${extra}`
  }
}
