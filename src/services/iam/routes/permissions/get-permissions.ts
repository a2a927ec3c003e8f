import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { cursorPagingOf, cursorQuery, type Sorts } from '#lib/paging'
import { seesEverything } from '#lib/principal'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import { ListOf, listAnswer, searchableListQuery } from '../../documents.ts'
import { catalogueOf } from '../../permission/permission-store.ts'

const { search, meta } = searchableListQuery
const size = Type.Integer({ minimum: 1, maximum: 100, description: 'Names per page; absent = all' })
const Query = Type.Object(
  { ...cursorQuery, 'page[size]': Type.Optional(size), search, meta },
  { additionalProperties: false },
)
const sorts: Sorts = { name: [{ sql: 'name', type: 'text' }] }

/** All at once unless a size is given: there are as many as services check and administrators have made. */
export const getPermissions = ({ db, catalogue }: Pick<IamParts, 'db' | 'catalogue'>) =>
  route({
    method: 'GET',
    path: '/api/v1/permissions',
    summary: 'List the names of the permissions, for admins also those that only they may give',
    permission: 'signed-in',
    query: Query,
    response: { 200: ListOf(Type.String()) },
    async handle({ query, principal, url }) {
      const { all } = await asSystem(db, (tx) => catalogueOf(tx, catalogue))
      const wanted = query.search?.toLowerCase() ?? ''
      const names = all
        .filter(({ scope }) => scope === 'tenant' || seesEverything(principal))
        .map(({ name }) => name)
        .filter((name) => name.toLowerCase().includes(wanted))
        .toSorted()
      const paging = cursorPagingOf({ 'page[size]': Math.max(1, names.length), ...query }, sorts, 'name')
      const [after] = paging.after ?? []
      const rest = after === undefined ? names : names.filter((name) => name > after)
      const items = rest.slice(0, paging.limit)
      const last = items.at(-1)
      const about = paging.meta(names.length)
      const next = rest.length > items.length && last !== undefined ? { next: paging.cursor([last]) } : {}
      return listAnswer({ query, url }, { items, meta: { ...about, ...next } }, (name) => name)
    },
  })
