import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Moment } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { found, type SecretParts } from '../deps.ts'
import { demandOwner } from '../owners.ts'
import { SecretParams } from '../secret/secret-document.ts'
import { findSecretById, findValues } from '../secret/secret-store.ts'

const Version = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  createdAt: Moment,
  validUntil: Type.Optional({ ...Moment, description: 'Absent for the one in force' }),
})

/** `GET /secrets/:id/versions` */
export const getSecretVersions = ({ db, clock }: Pick<SecretParts, 'db' | 'clock'>) =>
  route({
    method: 'GET',
    path: '/api/v1/secrets/:id/versions',
    summary: 'List the versions of a value that are good, the one in force first',
    permission: 'signed-in',
    params: SecretParams,
    response: { 200: Type.Object({ data: Type.Array(Version) }) },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const values = await db.transaction(scopeOf(principal), async (tx) => {
        const secret = found(await findSecretById(tx, params.id), 'secret')
        demandOwner(principal, secret, 'secret')
        return findValues(tx, secret.id, clock())
      })
      const data = values.map(({ version, createdAt, validUntil }) => {
        return {
          version,
          createdAt: createdAt.toISOString(),
          ...(validUntil && { validUntil: validUntil.toISOString() }),
        }
      })
      return { status: 200, body: { data } }
    },
  })
