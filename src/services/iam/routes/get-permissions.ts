import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { seesEverything } from '#lib/principal'
import type { IamParts } from '../deps.ts'
import { ListOf, listBody } from '../documents.ts'

/** All at once: there are as many as the code has. */
export const getPermissions = ({ catalogue }: Pick<IamParts, 'catalogue'>) =>
  route({
    method: 'GET',
    path: '/api/v1/permissions',
    summary: 'List the names of the permissions, for admins also those that only they may give',
    permission: 'signed-in',
    query: Type.Object({ meta: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    response: { 200: ListOf(Type.String()) },
    handle({ query, principal }) {
      const shown = catalogue.all.filter(({ scope }) => scope === 'tenant' || seesEverything(principal))
      const names = shown.map(({ name }) => name).toSorted()
      const { meta } = pagingOf({ 'page[size]': names.length })
      return { status: 200, body: listBody(query, names, meta(names.length)) }
    },
  })
