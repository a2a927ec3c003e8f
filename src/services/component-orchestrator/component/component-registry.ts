import { readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import jsonata from 'jsonata'
import { validate as isUuid } from 'uuid'
import { type Fault, messageOf, TerminalError } from '#lib/errors'
import { placeOf } from '#lib/schema-location'
import type { RunsIn } from './component.ts'

/** A field of an action as in component.json; `schema` is the JSON Schema of its value. */
export interface FieldDescriptor {
  readonly label?: string
  readonly required?: boolean
  readonly schema?: object
  readonly [extra: string]: unknown
}

/** An action as in component.json. */
export interface ActionDescriptor {
  readonly title: string
  readonly description?: string
  readonly main: string
  readonly fields?: Readonly<Record<string, FieldDescriptor>>
  readonly [extra: string]: unknown
}

/** The content of a component.json. */
export interface ComponentDescriptor {
  readonly title: string
  readonly description?: string
  readonly version?: string
  readonly runsIn: RunsIn
  /** There = its steps may have a secret (`credentials_id`), which takes the hub's own process. */
  readonly credentials?: { readonly description?: string }
  readonly actions: Readonly<Record<string, ActionDescriptor>>
  readonly [extra: string]: unknown
}

/** An action that can be run. */
export interface Action {
  readonly component: string
  readonly name: string
  readonly runsIn: RunsIn
  /** URL of the module that exports `process`. */
  readonly module: string
  /** JSON Schema of its fields. */
  readonly schema: object
  /** Whether its steps may have a secret. */
  readonly takesSecret: boolean
}

/** A component that flows may use. */
export interface Component {
  /** The name of its folder, by which flows call it. */
  readonly name: string
  readonly descriptor: ComponentDescriptor
  readonly actions: ReadonlyMap<string, Action>
}

/** The components that flows can use. */
export interface ComponentRegistry {
  readonly components: readonly Component[]
  find(name: string): Component | undefined
  /** The action, which may be left out when the component has but one. Throws a `TerminalError` that names the known ones. */
  resolve(component: string, action?: string): Action
  /** All faults of a step, by the names that the node of a flow has for them; none when it can be started. */
  validate(componentId: string, action: string | undefined, fields: unknown, credentialsId?: string): Fault[]
}

const maxExpressionLength = 16 * 1024

/** Reads all components of a folder, each a folder with a component.json. */
export function loadComponents(folder: string): ComponentRegistry {
  const components = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => loadComponent(`${folder}/${entry.name}`, entry.name))
    .toSorted((a, b) => a.name.localeCompare(b.name))
  const byName = new Map(components.map((component) => [component.name, component]))
  const validators = compileSchemas(components)

  function lookUp(name: string, actionName: string | undefined): Action | Fault {
    const component = byName.get(name)
    if (!component) {
      return { field: 'componentId', message: `There is no component "${name}": known are ${quoteAll(byName.keys())}` }
    }
    const { actions } = component
    if (actionName === undefined && actions.size !== 1) {
      return { field: 'function', message: `The function must be one of ${quoteAll(actions.keys())}` }
    }
    const action = actions.get(actionName ?? actions.keys().next().value ?? '')
    if (action) return action
    const message = `There is no function "${actionName}" in component "${name}": known are ${quoteAll(actions.keys())}`
    return { field: 'function', message }
  }

  return {
    components,
    find: (name) => byName.get(name),
    resolve(name, actionName) {
      const found = lookUp(name, actionName)
      if ('message' in found) throw new TerminalError(`Cannot run step: ${found.message}`)
      return found
    },
    validate(name, actionName, fields, credentialsId) {
      const found = lookUp(name, actionName)
      if ('message' in found) return [found]
      const ofSecret = credentialsId === undefined ? [] : secretFaults(found, credentialsId)
      const validator = validators.get(found)
      if (!validator || validator(fields ?? {})) return ofSecret
      return [...(validator.errors ?? []).map(toFault), ...ofSecret]
    },
  }
}

function loadComponent(folder: string, name: string): Component {
  const file = `${folder}/component.json`
  try {
    const descriptor: ComponentDescriptor = JSON.parse(readFileSync(file, 'utf8'))
    const { runsIn } = descriptor
    const takesSecret = descriptor.credentials !== undefined
    // A step that only computes may run before its arrival is recorded, and secrets are read for what is on record.
    if (takesSecret && runsIn !== 'host') throw new Error('only a component that runs in "host" may have credentials')
    const actions = Object.entries(descriptor.actions).map(([action, { main, fields = {} }]): [string, Action] => {
      const module = new URL(main, `${pathToFileURL(folder).href}/`).href
      return [action, { component: name, name: action, runsIn, module, schema: schemaOf(fields), takesSecret }]
    })
    return { name, descriptor, actions: new Map(actions) }
  } catch (error) {
    throw new Error(
      `Cannot load component "${name}" as "${file}" must be a component descriptor: ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
}

function schemaOf(fields: Readonly<Record<string, FieldDescriptor>>): object {
  const entries = Object.entries(fields)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, { schema = {} }]) => [name, schema])),
    required: entries.filter(([, { required }]) => required === true).map(([name]) => name),
    additionalProperties: false,
  }
}

function compileSchemas(components: readonly Component[]): Map<Action, ValidateFunction> {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true })
  for (const [format, faultOf] of Object.entries(formats)) {
    ajv.addFormat(format, { type: 'string', validate: (text: string) => faultOf(text) === undefined })
  }
  const actions = components.flatMap((component) => [...component.actions.values()])
  return new Map(actions.map((action) => [action, ajv.compile(action.schema)]))
}

/** The formats of our own, each with what is wrong with a text, if anything. */
const formats: Readonly<Record<string, (text: string) => string | undefined>> = {
  jsonata: expressionFault,
  'http-url': urlFault,
  'hub-schema': schemaFault,
}

function expressionFault(text: string): string | undefined {
  if (text.length > maxExpressionLength) return `The expression must have at most ${maxExpressionLength} characters`
  try {
    jsonata(text)
    return undefined
  } catch (error) {
    // Errors of JSONata are plain objects.
    const { message, position } = error as { message: string; position?: number }
    const place = position === undefined ? '' : ` (at position ${position})`
    return `The expression must be JSONata: ${message}${place}`
  }
}

function urlFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'The URL must be absolute, such as "https://example.com/orders"'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'The scheme of the URL must be http or https'
  if (url.username || url.password) return 'Credentials must be in the header "Authorization", not in the URL'
  return undefined
}

/** Percent-encoded throughout, so that it is found wherever flows that use a schema are looked for. */
function schemaFault(text: string): string | undefined {
  const [, path = ''] = /^(?:https?:\/\/[^/?#\s]+)?(\/[\w\-.~!$&'()*+,;=:@%/]+)$/i.exec(text) ?? []
  if (placeOf(path)) return undefined
  return 'The value must be the address of a schema of the hub, such as "/metadata-repository/api/v1/domains/<id>/schemas/person.json"'
}

function secretFaults({ component, takesSecret }: Action, credentialsId: string): Fault[] {
  const field = 'credentials_id'
  if (!takesSecret) return [{ field, message: `The component "${component}" takes no secret` }]
  return isUuid(credentialsId) ? [] : [{ field, message: 'The value must be the id of a secret, a UUID' }]
}

function toFault(error: ErrorObject): Fault {
  const { keyword, params, instancePath, data } = error
  const path = ['fields', ...instancePath.split('/').slice(1).map(unescapePointer)]
  const at = (name?: string) => [...path, ...(name === undefined ? [] : [name])].join('.')
  if (keyword === 'additionalProperties') {
    return { field: at(params.additionalProperty), message: 'There is no such field' }
  }
  if (keyword === 'required') return { field: at(params.missingProperty), message: 'The field is required' }
  if (keyword === 'enum') return { field: at(), message: `The value must be one of ${quoteAll(params.allowedValues)}` }
  const format = keyword === 'format' ? formats[params.format] : undefined
  return { field: at(), message: format?.(String(data)) ?? `The value ${error.message}` }
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function quoteAll(names: Iterable<unknown>): string {
  return [...names].map((name) => `"${name}"`).join(', ')
}
