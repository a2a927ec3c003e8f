import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { seesEverything } from '#lib/principal'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import { ListOf, listBody } from '../../documents.ts'
import { catalogueOf } from '../../permission/permission-store.ts'

/** All at once: there are as many as services check and administrators have made. */
export const getPermissions = ({ db, catalogue }: Pick<IamParts, 'db' | 'catalogue'>) =>
  route({
    method: 'GET',
    path: '/api/v1/permissions',
    summary: 'List the names of the permissions, for admins also those that only they may give',
    permission: 'signed-in',
    query: Type.Object({ meta: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    response: { 200: ListOf(Type.String()) },
    async handle({ query, principal }) {
      const { all } = await asSystem(db, (tx) => catalogueOf(tx, catalogue))
      const shown = all.filter(({ scope }) => scope === 'tenant' || seesEverything(principal))
      const names = shown.map(({ name }) => name).toSorted()
      const { meta } = pagingOf({ 'page[size]': names.length })
      return { status: 200, body: listBody(query, names, meta(names.length)) }
    },
  })
