/** A schema, as far as tests look into it. */
export interface ApiSchema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, ApiSchema>>
  readonly additionalProperties?: boolean | ApiSchema
}

/** A parameter of an operation. */
export interface ApiParameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
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
  readonly isPublic: boolean
}

interface RawOperation {
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: ApiSchema }>> }
  readonly security?: readonly unknown[]
}

/** Every operation that the hub's own document tells of. */
export async function readOperations(url: string): Promise<ApiOperation[]> {
  const answer = await fetch(`${url}/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, RawOperation>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, security = [] }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
      isPublic: security.length === 0,
    })),
  )
}
