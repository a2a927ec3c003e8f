import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, type IamParts } from '../../deps.ts'
import { type Client, checkClient, keepsSecret } from '../../openid/client.ts'
import { ClientWithSecret, clientBody, clientDocument } from '../../openid/client-document.ts'
import { insertClient } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'
import { newToken, tokenHash } from '../../token/token-text.ts'

const {
  name: Name,
  type: ClientType,
  redirectUris: RedirectUris,
  postLogoutRedirectUris: After,
  trusted: Trusted,
} = clientBody
const Body = Type.Object(
  {
    name: Name,
    type: ClientType,
    redirectUris: Type.Optional(RedirectUris),
    postLogoutRedirectUris: Type.Optional(After),
    trusted: Type.Optional(Trusted),
  },
  { additionalProperties: false },
)

/** `POST /clients`: the secret is in this answer and nowhere else. */
export const postClient = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/clients',
    summary: 'Register an application as a client of the OpenID provider',
    permission: permissions.clientCreate,
    body: Body,
    response: { 201: ClientWithSecret },
    async handle({ body, principal }) {
      const { name, type, redirectUris = [], postLogoutRedirectUris = [], trusted = false } = body
      const createdAt = clock()
      const uris = { redirectUris, postLogoutRedirectUris }
      const client: Client = { id: newId(), name, type, ...uris, trusted, createdAt, changedAt: createdAt }
      checkClient(client)
      const secret = keepsSecret(type) ? newToken() : undefined
      await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.clientCreate)
        await insertClient(tx, client, secret === undefined ? undefined : tokenHash(secret))
        const payload = { ...actor(principal), id: client.id, name, type, trusted }
        await bus.publish(tx, { name: 'iam.client.created', payload })
      })
      return { status: 201, body: { ...clientDocument(client), ...(secret === undefined ? {} : { secret }) } }
    },
  })
