import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Static, TObject, TSchema } from 'typebox'
import type { ErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Permission, Principal } from '../principal.ts'

/** The methods a route may have. `OPTIONS` is answered by the server itself where no route takes it, and so is `HEAD` where a path has a GET alone. */
export type Method = 'HEAD' | 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** Who may call: holders of a permission, anyone with a valid token, or anyone. */
export type Access = Permission | 'signed-in' | 'public'

/** The schema of each status that the handler answers; `null` for an answer without a body. */
export type AnswerSchemas = Readonly<Record<number, TSchema | null>>

/** What a handler is given. All of it is checked: a handler never sees input that its schemas do not allow. */
export interface RouteRequest<Params = unknown, Query = unknown, Body = unknown, Who = Principal | undefined> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Who calls; `undefined` for public routes. */
  readonly principal: Who
  readonly requestId: string
  /** The W3C `traceparent` header, if it is well formed. */
  readonly traceparent: string | undefined
  /** The address of the client, behind trusted proxies the one they report. */
  readonly ip: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Scheme, host and port under which the client reaches this server, behind trusted proxies those they report. */
  readonly origin: string | undefined
  /** Path and query as they came. */
  readonly url: string
  /** Aborted when the client goes before it has its answer, and when the request takes too long. */
  readonly signal: AbortSignal
  /** Its lines carry the request id. */
  readonly logger: Logger
}

interface AnswerHead<S> {
  readonly status: S
  /** A list is a header that comes several times. */
  readonly headers?: Readonly<Record<string, string | string[]>>
}

/** A value that becomes JSON. */
interface ValueContent<B> {
  readonly body: B
  readonly json?: never
  readonly text?: never
  readonly stream?: never
}

/** A JSON text that is sent as it is. */
interface JsonContent {
  readonly json: string
  readonly body?: never
  readonly text?: never
  readonly stream?: never
}

/** A text of another content type. */
interface TextContent {
  readonly text: string
  readonly type: string
  readonly body?: never
  readonly json?: never
  readonly stream?: never
}

/**
 * Bytes as they come. `live` ones never end by themselves: they are ended as soon as the server stops, and within about a second when the
 * caller's token is in force no longer, or allows something else than before.
 */
export interface StreamContent {
  readonly stream: Readable
  readonly type: string
  readonly live?: boolean
  readonly body?: never
  readonly json?: never
  readonly text?: never
}

interface NoContent {
  readonly body?: never
  readonly json?: never
  readonly text?: never
  readonly stream?: never
}

type ContentOf<S> = S extends TSchema ? ValueContent<Static<S>> | JsonContent | TextContent | StreamContent : NoContent

/** What a handler with these schemas may return. */
export type AnswerOf<R extends AnswerSchemas> = {
  [S in keyof R & number]: AnswerHead<S> & ContentOf<R[S]>
}[keyof R & number]

/** Any answer, its types forgotten. */
export type Answer = AnswerHead<number> &
  (ValueContent<unknown> | JsonContent | TextContent | StreamContent | NoContent)

/** `S` is inferred from what the handler returns: without it a status would be any number there. */
type StatusOf<R extends AnswerSchemas, S extends number> = AnswerOf<R> & { readonly status: S }

type ParamsOf<S> = S extends TSchema ? Static<S> : Record<never, never>
type BodyOf<S, Raw> = Raw extends true ? Buffer : S extends TSchema ? Static<S> : undefined
type WhoOf<A> = A extends 'public' ? undefined : Principal

interface RouteHead {
  readonly method: Method
  /** Below the base of its service; `:name` stands for one segment, a last `*` for all that follow. */
  readonly path: string
  /** One line for the documentation. */
  readonly summary: string
  readonly description?: string
  /** Groups in the documentation; default: the service's. */
  readonly tags?: readonly string[]
  /** Unique over all routes; default: from method, base and path. */
  readonly operationId?: string
  /** What it may answer beside what every route may (malformed input, authentication, internal, unavailable). */
  readonly errors?: readonly ErrorCode[]
  /** Bytes; default: the server's, 1 MiB. */
  readonly bodyLimit?: number
  /** Content type of answers that are no JSON. */
  readonly produces?: string
  /** Browsers are led to it: errors are told to them by a page instead of a problem document. */
  readonly forBrowsers?: boolean
  /** Content type of a `rawBody` for the documentation; default: any. */
  readonly consumes?: string
  /** Lets texts through that PostgreSQL cannot store: NUL characters and lone surrogates in the body. */
  readonly allowNul?: boolean
  /** Takes the body also as `{ data: … }`, as existing clients may send it. */
  readonly wrappable?: boolean
}

/** An endpoint as its service writes it. */
export interface RouteSpec<
  A extends Access,
  R extends AnswerSchemas,
  P extends TObject | undefined,
  Q extends TObject | undefined,
  B extends TSchema | undefined,
  Raw extends boolean,
  S extends number,
> extends RouteHead {
  /** Who may call it. There is no default: a route without it cannot be written. */
  readonly permission: A
  readonly params?: P
  /** Without it the query is not looked at, and the handler sees an empty one. */
  readonly query?: Q
  readonly body?: B
  /** The body comes as its bytes, whatever its content type; `body` then only documents it. */
  readonly rawBody?: Raw
  readonly response: R
  handle(
    request: RouteRequest<ParamsOf<P>, ParamsOf<Q>, BodyOf<B, Raw>, WhoOf<A>>,
  ): StatusOf<R, S> | Promise<StatusOf<R, S>>
}

/** An endpoint as the server takes it. */
export interface Route extends RouteHead {
  readonly permission: Access
  readonly params?: TObject
  readonly query?: TObject
  readonly body?: TSchema
  readonly rawBody?: boolean
  readonly response: AnswerSchemas
  readonly handle: (request: RouteRequest) => Promise<Answer>
}

/** The routes of one service. */
export interface Mount {
  /** What stands before each path: `/iam`; empty for the root. */
  readonly base: string
  /** The service's group in the documentation. */
  readonly tag: string
  readonly routes: readonly Route[]
}

/**
 * Makes an endpoint. The types of `params`, `query`, `body` and of the answers come from its schemas, that of `principal` from
 * `permission`.
 */
export function route<
  A extends Access,
  const R extends AnswerSchemas,
  P extends TObject | undefined = undefined,
  Q extends TObject | undefined = undefined,
  B extends TSchema | undefined = undefined,
  Raw extends boolean = false,
  S extends number = number,
>(spec: RouteSpec<A, R, P, Q, B, Raw, S>): Route {
  const { params, query, body, handle, ...rest } = spec
  checkAccess(spec)
  checkPath(spec.path, params)
  return {
    ...rest,
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    async handle(request) {
      // The server checks each part against the schema that gave the handler its types, before it calls.
      const answer: unknown = await handle(request as Parameters<typeof handle>[0])
      return answer as Answer
    },
  }
}

/** Types vanish at run time, and a missing permission must not. */
function checkAccess({ method, path, permission }: { method: string; path: string; permission: unknown }): void {
  const named = typeof permission === 'object' && permission !== null && 'name' in permission && permission.name
  if (permission === 'public' || permission === 'signed-in' || (typeof named === 'string' && named !== '')) return
  throw new Error(`Cannot make route "${method} ${path}" as it must name its permission, "signed-in" or "public"`)
}

function checkPath(path: string, params: TObject | undefined): void {
  const inPath = path.split('/').flatMap((part) => (part === '*' ? ['*'] : part.startsWith(':') ? [part.slice(1)] : []))
  const inSchema = Object.keys(params?.properties ?? {})
  if ((path !== '' && !path.startsWith('/')) || inPath.toSorted().join() !== inSchema.toSorted().join()) {
    throw new Error(
      `Cannot make route "${path}" as its path must begin with "/" and hold exactly its params: "${inSchema}"`,
    )
  }
}
