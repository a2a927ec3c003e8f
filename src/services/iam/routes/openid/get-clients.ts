import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { asSystem } from '../../as-system.ts'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, ListOf, listBody, listQuery } from '../../documents.ts'
import { ClientDocument, clientDocument } from '../../openid/client-document.ts'
import { findClient, listClients } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'

/** `GET /clients`. */
export const getClients = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/clients',
    summary: 'List the clients of the OpenID provider',
    permission: permissions.clientRead,
    query: Type.Object(listQuery, { additionalProperties: false }),
    response: { 200: ListOf(ClientDocument) },
    async handle({ query }) {
      const paging = pagingOf(query)
      const { items, total } = await asSystem(db, (tx) => listClients(tx, paging))
      return { status: 200, body: listBody(query, items.map(clientDocument), paging.meta(total)) }
    },
  })

/** `GET /clients/:id`. */
export const getClient = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/clients/:id',
    summary: 'Read a client of the OpenID provider',
    permission: permissions.clientRead,
    params: IdParams,
    response: { 200: ClientDocument },
    errors: ['not-found'],
    async handle({ params }) {
      const client = await asSystem(db, (tx) => findClient(tx, params.id))
      return { status: 200, body: clientDocument(found(client, 'client')) }
    },
  })
