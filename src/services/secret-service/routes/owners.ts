import { type TObject, type TSchema, Type } from 'typebox'
import { type Route, route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { AuthClientAnswer, authClientDocument } from '../auth-client/auth-client-document.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { authClientOwnership } from '../auth-client/ownership.ts'
import { found, type SecretParts } from '../deps.ts'
import { demandPersonalOwner, type Kind, type Owned } from '../owners.ts'
import type { Ownership } from '../ownership.ts'
import { secretOwnership } from '../secret/ownership.ts'
import { OwnerSchema, SecretAnswer, secretDocument } from '../secret/secret-document.ts'
import { findSecretById } from '../secret/secret-store.ts'

type Parts = Pick<SecretParts, 'db' | 'bus' | 'clock'>

/** A kind of things whose owners are handled by requests. */
interface Handled<T extends Owned> {
  readonly what: Kind
  readonly path: string
  /** What an owner may do with it, for the documentation. */
  readonly use: string
  readonly ownership: Ownership<T>
  readonly answer: TObject<{ data: TSchema }>
  find(tx: Tx, id: string, forUpdate: boolean): Promise<T | undefined>
  document(thing: T): object
}

/** `POST` and `DELETE /secrets/:id/owners` and `/auth-clients/:id/owners` */
export const ownerRoutes = (parts: Parts): Route[] => [
  ...routesOf(parts, {
    what: 'secret',
    path: '/api/v1/secrets/:id/owners',
    use: 'use the secret',
    ownership: secretOwnership(parts),
    answer: SecretAnswer,
    find: findSecretById,
    document: (secret) => secretDocument(secret),
  }),
  ...routesOf(parts, {
    what: 'auth client',
    path: '/api/v1/auth-clients/:id/owners',
    use: 'connect through the auth client',
    ownership: authClientOwnership(parts),
    answer: AuthClientAnswer,
    find: findAuthClientById,
    document: (client) => authClientDocument(client),
  }),
]

function routesOf<T extends Owned>({ db }: Parts, handled: Handled<T>): Route[] {
  const { what, path, use, ownership, answer, find, document } = handled
  const type = { ...OwnerSchema.properties.type, default: 'USER' as const }
  const common = {
    path,
    permission: 'signed-in',
    params: Type.Object({ id: Type.String({ format: 'uuid', description: `The ${what}` }) }),
    response: { 200: answer },
  } as const

  async function change(
    { params, principal }: { readonly params: { readonly id: string }; readonly principal: Principal },
    work: (tx: Tx, thing: T) => Promise<T>,
  ) {
    const thing = await db.transaction(scopeOf(principal), async (tx) => {
      const before = found(await find(tx, params.id, true), what)
      demandPersonalOwner(principal, before, what)
      return work(tx, before)
    })
    return { status: 200, body: { data: document(thing) } } as const
  }

  return [
    route({
      ...common,
      method: 'POST',
      summary: `Let somebody else ${use}`,
      description:
        'By an owner in person. A user, who may then also change it, or by the type `TENANT` all users of its tenant. A user of another tenant sees nothing of it.',
      body: Type.Object({ id: Id, type: Type.Optional(type) }, { additionalProperties: false }),
      wrappable: true,
      errors: ['not-found'],
      handle: (request) => {
        const { id, type = 'USER' } = request.body
        return change(request, (tx, thing) => ownership.share(tx, thing, { id, type }, request.principal))
      },
    }),
    route({
      ...common,
      method: 'DELETE',
      summary: `Take an owner from the ${what}, which has others; who is none is none already`,
      query: Type.Object(
        { id: { ...Id, description: 'The owner' }, type: Type.Optional(type) },
        { additionalProperties: false },
      ),
      errors: ['not-found', 'conflict'],
      handle: (request) => {
        const { id, type = 'USER' } = request.query
        return change(request, (tx, thing) => ownership.unshare(tx, thing, { id, type }, request.principal))
      },
    }),
  ]
}
