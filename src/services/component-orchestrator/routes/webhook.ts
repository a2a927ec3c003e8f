import { isUtf8 } from 'node:buffer'
import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { arrivalMessage } from '../run/arrival-message.ts'
import type { Intake } from '../run/intake.ts'

const Thanks = Type.Object({ data: Type.Object({ requestId: Type.String(), message: Type.String() }) })

/** Bytes of a body. An order with its attachments by reference is far below; large documents belong into a store. */
const BODY_LIMIT = 5 * 1_048_576

interface Hook {
  readonly method: 'GET' | 'POST'
  readonly suffix: boolean
}

/**
 * `GET` and `POST /hook/:flowId`, with anything behind it. Open to whoever knows the address. Answers once the message is durable: what
 * is answered with 200 is not lost.
 */
export const webhook = ({ intake }: { intake: Pick<Intake, 'accept'> }, { method, suffix }: Hook) =>
  route({
    method,
    path: suffix ? '/hook/:flowId/*' : '/hook/:flowId',
    summary: method === 'GET' ? 'Hand the query to a flow' : 'Hand a JSON body to a flow',
    permission: 'public',
    params: suffix ? Type.Object({ flowId: Id, '*': Type.String() }) : Type.Object({ flowId: Id }),
    ...(method === 'POST' ? { body: Type.Unknown({ description: 'Any JSON' }), rawBody: true as const } : {}),
    bodyLimit: BODY_LIMIT,
    response: { 200: Thanks },
    errors: ['not-found', 'unsupported-media-type', 'too-large'],
    async handle(request) {
      const { params, requestId, headers } = request
      const url = request.url
      const query = queryOf(url)
      const data = method === 'GET' ? JSON.stringify(query) : jsonOf(request.body, headers['content-type'])
      const pathSuffix = '*' in params ? `/${params['*']}` : undefined
      const body = arrivalMessage({ method, data, headers, query, url, pathSuffix, requestId })
      const run = await intake.accept({ flowId: params.flowId, requestId, body })
      if (run === undefined) throw noFlow(params.flowId)
      return { status: 200, body: { data: { requestId, message: 'thank you' } } }
    },
  })

function noFlow(flowId: string): HubError {
  const message = `There is no active flow "${flowId}"`
  return new HubError('not-found', 'No active flow found', { faults: [{ field: 'flowId', message }] })
}

/** The text itself, checked to be JSON: numbers and the order of keys reach the first step as they were sent. */
function jsonOf(body: Buffer, contentType = ''): string {
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType)) {
    throw new HubError('unsupported-media-type', 'Cannot take the body as its content type must be application/json')
  }
  if (!isUtf8(body)) throw malformed('The body must be UTF-8')
  const text = body.toString('utf8')
  try {
    JSON.parse(text)
    return text
  } catch {
    // The parser's own words quote the body, which may hold a secret.
    throw malformed('The body must be well-formed JSON')
  }
}

function malformed(message: string): HubError {
  return new HubError('invalid-body', message, { faults: [{ field: 'body', message }] })
}

/** The query as it came: a name that is given more than once has all its values. */
function queryOf(url: string): Record<string, string | string[]> {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length))
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}
