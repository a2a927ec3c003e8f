import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { can, type Principal, seesEverything } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { found, type SecretParts } from '../deps.ts'
import { demandOwner, owns } from '../owners.ts'
import { permissions } from '../permissions.ts'
import { maskedDocument, SecretAnswer, SecretParams, secretDocument } from '../secret/secret-document.ts'
import type { ClearSecret, Reading, SecretReader } from '../secret/secret-reader.ts'
import { findSecretById, findValues } from '../secret/secret-store.ts'

/** Values must not lie in anybody's cache. */
const headers = { 'cache-control': 'no-store' }

/** `GET /secrets/:id` */
export const getSecret = (parts: SecretParts, reader: SecretReader) =>
  route({
    method: 'GET',
    path: '/api/v1/secrets/:id',
    summary: 'Read a secret: in clear with the permission, else masked',
    description:
      `In clear for owners with the permission \`${permissions.readRaw.name}\`, and for the runs of a flow that names it. Each such reading is on record ` +
      'before the value is told. A value that is over is renewed first where the hub can; 409 where there is none. With `masked` nobody gets ' +
      'more than a masked look, and nothing goes on record.',
    permission: 'signed-in',
    params: SecretParams,
    query: Type.Object(
      {
        masked: Type.Optional(
          Type.Boolean({ default: false, description: 'Only a masked look, whatever the caller may see' }),
        ),
        version: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'An earlier version that is still good' }),
        ),
        runId: Type.Optional({ ...Id, description: 'The run it is read for; of the runs of a flow alone' }),
        stepId: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'The step it is read for' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: SecretAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, query: { masked = false, ...query }, principal }) {
      const reading = { ...query, secretId: params.id, reader: principal }
      const clear = masked ? undefined : await clearSecret(parts, reader, reading)
      const data = clear ? secretDocument(clear.secret, clear.value) : await maskedSecret(parts, params.id, principal)
      return { status: 200, headers, body: { data } }
    },
  })

/** Undefined for whoever sees it masked. */
async function clearSecret(
  { db }: SecretParts,
  reader: SecretReader,
  reading: Reading,
): Promise<ClearSecret | undefined> {
  const { reader: principal, secretId } = reading
  if (principal.flowId !== undefined) return reader.read(reading)
  if (!can(principal, permissions.readRaw)) return undefined
  if (!seesEverything(principal)) return reader.read(reading)
  // An administrator of the hub handles all secrets, but reads in clear only what is its own.
  const secret = await db.transaction(scopeOf(principal), (tx) => findSecretById(tx, secretId))
  return secret === undefined || owns(principal, secret) ? reader.read(reading) : undefined
}

async function maskedSecret({ db, vault, clock }: SecretParts, id: string, principal: Principal) {
  return db.transaction(scopeOf(principal), async (tx) => {
    const secret = found(await findSecretById(tx, id), 'secret')
    demandOwner(principal, secret, 'secret')
    const [value] = await findValues(tx, id, clock())
    const place = { kind: 'secret' as const, tenantId: secret.tenantId, id, version: value?.version ?? secret.version }
    const opened = value === undefined ? {} : { ...value.plain, ...(await vault.open(tx, place, value)) }
    return maskedDocument(secret, opened)
  })
}
