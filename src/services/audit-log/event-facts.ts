import { Compile } from 'typebox/compile'
import { findEvent, type PersonalField, personalFields } from '#catalogue'
import type { ReceivedEvent } from '#event-bus'
import type { KeyOwner } from './entry.ts'
import { type JsonMembers, pointerPart, scanMembers } from './json-members.ts'

/** A part of a body before it is sealed. */
export type BodyPart = string | { readonly at: string; readonly owner: KeyOwner; readonly text: string }

/** What the log takes from an event. */
export interface EventFacts {
  readonly tenant: string | null
  readonly actor: string | null
  readonly subject: string | null
  readonly name: string
  readonly service: string | null
  /** ISO 8601 in UTC with milliseconds. */
  readonly createdAt: string | null
  /** Values to search by, as text: strings as they are, numbers and words as they stand in the body. */
  readonly search: Readonly<Record<string, string>> | null
  readonly parts: readonly BodyPart[]
}

type JsonObject = Readonly<Record<string, unknown>>

/** Longer values are not searched by. */
const LONGEST_TERM = 256
/** A routing key has at most 255 bytes. */
const LONGEST_NAME = 255
/** 9999-12-31, the last day of four-digit years. */
const LAST_TIME = 253_402_300_799_999

/**
 * Takes an event apart; never throws, as an event that cannot be recorded would hold up all others. Values are left in clear only
 * where the catalogue vouches for them: of own events that fit their definition. Anything else is sealed as a whole.
 */
export function factsOf(event: ReceivedEvent): EventFacts {
  const body = parse(event.body)
  const headers = member(body, 'headers')
  const payload = member(body, 'payload')
  const tenant = uuidOf(payload.tenant)
  const actor = uuidOf(payload.user)
  const common = {
    tenant,
    actor,
    name: event.name.length > LONGEST_NAME ? event.name.slice(0, LONGEST_NAME).toWellFormed() : event.name,
    service: serviceOf(headers.serviceName),
    createdAt: timeOf(headers.createdAt),
  }
  const known = event.origin === '' ? knownOf(event, body) : undefined
  const parts = known && partsOf(event.body, payload, known)
  if (known && parts) return { ...common, ...searchOf(event.body, payload, known), parts }
  const owner: KeyOwner = actor ? `person:${actor}` : tenant ? `tenant:${tenant}` : 'platform'
  return { ...common, subject: null, search: null, parts: [{ at: '', owner, text: event.body }] }
}

/** What the catalogue says of an event that fits it. */
interface Known {
  readonly personal: readonly PersonalField[]
  readonly members: JsonMembers
}

interface Definition {
  readonly version: number
  readonly fits: (payload: unknown) => boolean
  readonly personal: readonly PersonalField[]
  /** How deep members must be looked for. */
  readonly depth: number
}

const definitions = new Map<string, Definition>()

/** Compiled when first needed: a process that only reads needs none. */
function definitionOf(name: string): Definition | undefined {
  const found = definitions.get(name)
  const event = found ? undefined : findEvent(name)
  if (!event) return found
  const validator = Compile(event.payload)
  const personal = personalFields(event)
  const depth = Math.max(2, ...personal.map(({ pointer }) => pointer.length + 1))
  const made = { version: event.version, fits: (value: unknown) => validator.Check(value), personal, depth }
  definitions.set(name, made)
  return made
}

/** Undefined for a body in which a value may stand that the catalogue does not know of. */
function knownOf(event: ReceivedEvent, body: JsonObject): Known | undefined {
  const definition = definitionOf(event.name)
  if (!definition || definition.version !== event.version) return undefined
  if (!hasOnly(body, ['headers', 'payload'])) return undefined
  if (!hasOnly(member(body, 'headers'), ['name', 'serviceName', 'createdAt'])) return undefined
  if (!definition.fits(body.payload)) return undefined
  const members = scanMembers(event.body, definition.depth)
  return members.repeated ? undefined : { personal: definition.personal, members }
}

/** Cuts the personal values out; undefined when one of them belongs to nobody that is named. */
function partsOf(text: string, payload: JsonObject, { personal, members }: Known): BodyPart[] | undefined {
  const found = personal.flatMap(({ pointer, personField }) => {
    const at = ['payload', ...pointer].map(pointerPart).join('')
    const span = members.spans.get(at)
    return span ? [{ at, span, person: uuidOf(payload[personField]) }] : []
  })
  const parts: BodyPart[] = []
  let done = 0
  for (const { at, span, person } of found.sort((a, b) => a.span.start - b.span.start)) {
    if (person === null || span.start < done) return undefined
    parts.push(text.slice(done, span.start), { at, owner: `person:${person}`, text: text.slice(span.start, span.end) })
    done = span.end
  }
  return [...parts, text.slice(done)]
}

function searchOf(text: string, payload: JsonObject, { personal, members }: Known) {
  const left = new Set(['user', 'tenant', 'id', ...personal.map(({ pointer: [first] }) => first)])
  const terms = Object.entries(payload).flatMap(([name, value]) => {
    const span = members.spans.get(`/payload${pointerPart(name)}`)
    if (left.has(name) || typeof value === 'object' || !span) return []
    const term = termOf(typeof value === 'string' ? value : text.slice(span.start, span.end))
    return term === null ? [] : [[name, term] as const]
  })
  return { subject: termOf(payload.id), search: terms.length === 0 ? null : Object.fromEntries(terms) }
}

/** The text if PostgreSQL can store it and an index hold it. */
function termOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST_TERM) return null
  return value.includes('\u0000') || !value.isWellFormed() ? null : value
}

function parse(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function member(object: JsonObject, name: string): JsonObject {
  return Object.hasOwn(object, name) ? objectOf(object[name]) : {}
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function hasOnly(object: JsonObject, names: readonly string[]): boolean {
  const keys = Object.keys(object)
  return keys.length === names.length && keys.every((key) => names.includes(key))
}

function uuidOf(value: unknown): string | null {
  const isUuid = typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
  return isUuid ? value.toLowerCase() : null
}

/** A foreign producer may write anything where its name belongs: only what looks like a service's name stays in clear. */
function serviceOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:/-]{1,100}$/.test(value) ? value : null
}

/** ISO 8601 with time zone, or the epoch milliseconds of existing producers. */
function timeOf(value: unknown): string | null {
  const isIso =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(value)
  const ms = isIso ? Date.parse(value) : typeof value === 'number' ? Math.trunc(value) : Number.NaN
  return ms >= 0 && ms <= LAST_TIME ? new Date(ms).toISOString() : null
}
