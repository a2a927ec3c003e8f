/** A schema, as far as tests look into it. */
export interface ApiSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly items?: ApiSchema
  readonly anyOf?: readonly ApiSchema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, ApiSchema>>
  readonly additionalProperties?: boolean | ApiSchema
}

/** A parameter of an operation. */
export interface ApiParameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required?: boolean
  readonly schema: ApiSchema
}

/** One method of one path. */
export interface ApiOperation {
  readonly method: string
  /** With `{…}` for parameters. */
  readonly path: string
  readonly parameters: readonly ApiParameter[]
  /** The schema of the JSON body; undefined where none is taken. */
  readonly body: ApiSchema | undefined
  /** The schema of a form, as browsers send it; undefined where none is taken. */
  readonly form: ApiSchema | undefined
  /** The schema of a form with files; undefined where none is taken. */
  readonly upload: ApiSchema | undefined
  readonly isPublic: boolean
  /** By status: the schema of each content type. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, ApiSchema>>>>
}

type Content = Readonly<Record<string, { readonly schema: ApiSchema }>>

interface RawOperation {
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly content: Content }
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** How tests name a route: method and path. */
export function nameOf({ method, path }: Pick<ApiOperation, 'method' | 'path'>): string {
  return `${method} ${path}`
}

/** Whether its answer goes on for ever. */
export function isStream({ answers }: Pick<ApiOperation, 'answers'>): boolean {
  return answers[200]?.['text/event-stream'] !== undefined
}

/** The hub's own document, as far as tests look into it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
  readonly components: Readonly<Record<string, unknown>>
}

/** Reads it from a running hub. */
export async function readDocument(url: string): Promise<ApiDocument> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as ApiDocument
}

/** Every operation that the hub's own document tells of. */
export async function readOperations(url: string): Promise<ApiOperation[]> {
  return operationsOf(await readDocument(url))
}

/** Every operation of the document. */
export function operationsOf({ paths }: ApiDocument): ApiOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, security = [], responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
      form: requestBody?.content['application/x-www-form-urlencoded']?.schema,
      upload: requestBody?.content['multipart/form-data']?.schema,
      isPublic: security.length === 0,
      answers: Object.fromEntries(
        Object.entries(responses).map(([status, { content = {} }]) => [status, schemasOf(content)]),
      ),
    })),
  )
}

function schemasOf(content: Content): Record<string, ApiSchema> {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema]))
}
