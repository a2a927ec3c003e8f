import { Type } from 'typebox'
import { type Route, route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { AuditLogDeps } from '../deps.ts'
import { logDocument, ownersOf } from '../log-document.ts'
import { LogEntry, uuidText } from '../log-schema.ts'
import { findPage, type LogFilter } from '../log-store.ts'
import type { OwnerKeys } from '../owner-keys.ts'
import { permissions } from '../permissions.ts'

const Text = (description: string) => Type.Optional(Type.String({ maxLength: 1_000, description }))

/** `filter[x]`, but not the four that have a schema of their own; nor `filter[x][y]`, which would be an operator. */
const PAYLOAD_FILTER = '^filter\\[(?!(?:service|name|user|tenant)\\])[^\\[\\]]{1,100}\\]$'

const Query = Type.Object(
  {
    ...pagingQuery,
    'filter[service]': Text('The service that published it'),
    'filter[name]': Text('The name of the event'),
    'filter[user]': Type.Optional(uuidText('Who did it')),
    'filter[tenant]': Type.Optional(uuidText('The tenant in which it occurred')),
    sort: Type.Optional(
      Type.Enum(['createdAt', '-createdAt'], {
        default: '-createdAt',
        description: 'By the time the producer stated, then by the order of recording; `-` = newest first',
      }),
    ),
  },
  { additionalProperties: false, patternProperties: { [PAYLOAD_FILTER]: Type.String({ maxLength: 1_000 }) } },
)

/** `GET /logs`: the entries that the caller may see, page by page. */
export function getLogs({ db }: Pick<AuditLogDeps, 'db'>, keys: Pick<OwnerKeys, 'find'>): Route {
  return route({
    method: 'GET',
    path: '/logs',
    summary: 'List entries of the audit log',
    description:
      'Entries of the own tenant; with the permission `all`, of every tenant. `filter[<key>]` for any other key compares a ' +
      'top-level value of the payload that is neither personal nor of a foreign event, as text.',
    permission: permissions.read,
    query: Query,
    response: { 200: Type.Object({ data: Type.Array(LogEntry), meta: PageMeta }) },
    async handle({ query, principal }) {
      const scope = scopeOf(principal)
      const { limit, offset, meta } = pagingOf(query)
      const { sort = '-createdAt' } = query
      const { documents, total } = await db.transaction(scope, async (tx) => {
        const page = await findPage(tx, { scope, filter: filterOf(query), sort, limit, offset })
        const opened = await keys.find(tx, ownersOf(page.leaves))
        return { documents: page.leaves.map((leaf) => logDocument(leaf, opened)), total: page.total }
      })
      return { status: 200, json: `{"data":[${documents.join(',')}],"meta":${JSON.stringify(meta(total))}}` }
    },
  })
}

function filterOf(query: Readonly<Record<string, unknown>>): LogFilter {
  const given = Object.entries(query).flatMap(([parameter, value]) => {
    const [, key] = /^filter\[(.+)\]$/.exec(parameter) ?? []
    return key === undefined || typeof value !== 'string' ? [] : [[key, value] as const]
  })
  const { service, name, user, tenant, ...payload } = Object.fromEntries(given)
  return { service, name, user, tenant, payload }
}
