import { Type } from 'typebox'
import { type Route, route } from '#lib/http/route'
import { asSystem } from '../../as-system.ts'
import { found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import type { ArtifactStore } from '../../openid/artifact-store.ts'
import { GrantDocument, grantDocuments } from '../../openid/grant-document.ts'

/** `GET /users/me/grants`, and `DELETE` of what one application has. */
export function myGrantRoutes({ db, clock }: Pick<IamParts, 'db' | 'clock'>, store: ArtifactStore): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/users/me/grants',
      summary: 'List the applications that you have signed in to by the OpenID provider, with what each may see',
      permission: 'signed-in',
      response: { 200: Type.Object({ data: Type.Array(GrantDocument) }) },
      async handle({ principal }) {
        const grants = await asSystem(db, (tx) => store.listGrants(tx, principal.id, clock()))
        return { status: 200, body: { data: grantDocuments(grants) } }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/users/me/grants/:id',
      summary: 'Take back what you have granted an application: its tokens are void, and it has to ask again',
      permission: 'signed-in',
      params: IdParams,
      response: { 204: null },
      errors: ['not-found'],
      async handle({ params: { id }, principal }) {
        const count = await asSystem(db, (tx) => store.deleteGrantsOf(tx, { userId: principal.id, clientId: id }))
        found(count > 0 ? count : undefined, 'grant')
        return { status: 204 }
      },
    }),
  ]
}
