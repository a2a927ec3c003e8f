import { createHmac, timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type SecretParts } from '../deps.ts'
import { demandOwner } from '../owners.ts'
import { SecretParams } from '../secret/secret-document.ts'
import { findSecretById, findValues } from '../secret/secret-store.ts'

const algorithms = ['sha1', 'sha256', 'sha384', 'sha512'] as const

const Bytes = Type.Object(
  {
    type: Type.Literal('Buffer'),
    data: Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { maxItems: 262_144 }),
  },
  { additionalProperties: false },
)

/** `POST /secrets/:id/validateHmac` */
export const postHmacValidation = (parts: Pick<SecretParts, 'db' | 'vault' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/secrets/:id/validateHmac',
    summary: 'Check the HMAC of a text by an API key, which is not told',
    description:
      'By every version of the key that is good, so that a key can be replaced while others still use the former one.',
    permission: 'signed-in',
    params: SecretParams,
    body: Type.Object(
      {
        hmacValue: Type.String({ minLength: 1, maxLength: 200, description: 'In base64 or hexadecimal' }),
        hmacAlgo: Type.Optional(Type.Enum([...algorithms], { default: 'sha256' })),
        rawBody: Type.Union([Type.String(), Bytes], {
          description: 'A text, or any bytes as Node.js writes a Buffer in JSON',
        }),
      },
      { additionalProperties: false },
    ),
    wrappable: true,
    bodyLimit: 8 * 1_048_576,
    response: { 200: Type.Object({ data: Type.Boolean() }) },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const { hmacValue, hmacAlgo = 'sha256', rawBody } = body
      const keys = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const secret = found(await findSecretById(tx, params.id), 'secret')
        demandOwner(principal, secret, 'secret')
        if (secret.type !== 'API_KEY')
          throw new HubError('conflict', 'Cannot check an HMAC as the secret must be of type "API_KEY"')
        const values = await findValues(tx, secret.id, parts.clock())
        const { id, tenantId } = secret
        const opened = values.map((value) =>
          parts.vault.open(tx, { kind: 'secret', tenantId, id, version: value.version }, value),
        )
        return (await Promise.all(opened)).map(({ key }) => String(key))
      })
      const bytes = typeof rawBody === 'string' ? Buffer.from(rawBody) : Buffer.from(rawBody.data)
      const isRight = keys.some((key) => isHmac(hmacValue, createHmac(hmacAlgo, key).update(bytes).digest()))
      return { status: 200, body: { data: isRight } }
    },
  })

function isHmac(given: string, expected: Buffer): boolean {
  const encoding = /^[0-9a-fA-F]+$/.test(given) && given.length === expected.length * 2 ? 'hex' : 'base64'
  const bytes = Buffer.from(given, encoding)
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}
