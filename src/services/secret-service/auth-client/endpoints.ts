import { isIP } from 'node:net'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { fieldError } from '#lib/errors'
import { createAddressPolicy } from '#lib/outbound/address-policy'
import type { Fields } from '../vault/vault.ts'
import { wholeSchema } from './auth-client-document.ts'
import { type AuthClientType, authClientTypes } from './auth-client-type.ts'

/** Which addresses an auth client may name. */
export interface EndpointRules {
  /** Where users come back to: no other address is taken, so that no code goes anywhere but to this hub. */
  readonly callbackUrl: string
  /** CIDR ranges of private addresses that may be called, also without TLS. */
  readonly allow: readonly string[]
}

/**
 * Throws `invalid-body` unless the fields are a whole auth client of the type and its addresses may be called: by https, or by http where the
 * host is an address of the ranges that are allowed.
 */
export function demandWhole(type: AuthClientType, fields: Fields, rules: EndpointRules): void {
  demandForm(type, fields)
  if (type === 'OA2_AUTHORIZATION_CODE' && fields.redirectUri !== undefined && fields.redirectUri !== rules.callbackUrl)
    throw fieldError('invalid-body', 'redirectUri', `must be the callback of this hub: "${rules.callbackUrl}"`)
  for (const [name, endpoint] of Object.entries((fields.endpoints ?? {}) as Fields)) {
    const [url, field] = typeof endpoint === 'string' ? [endpoint, name] : [(endpoint as Fields).url, `${name}.url`]
    const fault = addressFault(String(url), rules.allow)
    if (fault !== undefined) throw fieldError('invalid-body', `endpoints.${field}`, fault)
  }
  for (const [index, url] of ((fields.successUrls ?? []) as string[]).entries())
    if (!URL.canParse(url)) throw fieldError('invalid-body', `successUrls[${index}]`, 'must be an absolute URL')
}

const checks = new Map(authClientTypes.map((type) => [type, formCheck(wholeSchema(type))]))

function formCheck(schema: TObject): (fields: Fields) => string | undefined {
  const validator = Compile(schema as TSchema)
  return (fields) => {
    if (validator.Check(fields)) return undefined
    const [error] = validator.Errors(fields)
    const missing = schema.required?.find((name) => !Object.hasOwn(fields, name))
    return missing ?? error?.instancePath.slice(1).replaceAll('/', '.') ?? ''
  }
}

function demandForm(type: AuthClientType, fields: Fields): void {
  const field = checks.get(type)?.(fields)
  if (field === undefined) return
  const reason = Object.hasOwn(fields, field.split('.')[0] ?? '')
    ? 'must be as an auth client of its type has it'
    : 'is required'
  throw fieldError('invalid-body', field, `${reason}: the type is "${type}"`)
}

/** Placeholders count as letters: what they stand for is checked when the address is called. */
function addressFault(template: string, allow: readonly string[]): string | undefined {
  const url = URL.parse(template.replaceAll(/\{\{[\w.-]+\}\}/g, 'x'))
  if (url === null || url.username !== '' || url.password !== '') return 'must be an absolute URL without credentials'
  if (url.protocol === 'https:' || mayBePlain(url.hostname, allow)) return undefined
  return 'must begin with "https://", or name a private address of the ranges in OIH_OUTBOUND_ALLOW'
}

function mayBePlain(hostname: string, allow: readonly string[]): boolean {
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0) return false
  const isPrivate = createAddressPolicy([]).refusal(address) !== undefined
  return isPrivate && createAddressPolicy(allow).refusal(address) === undefined
}
