import { Type } from 'typebox'
import { asyncApiDocument } from '#catalogue'
import { type Mount, route } from '#lib/http/route'
import type { KeyRotation } from '#lib/master-key/key-rotation'
import { masterKeyRoutes } from './master-key.ts'

/** What the hub itself serves, beside its services. */
export function hubMount(version: string, rotation: Pick<KeyRotation, 'begin' | 'state'>): Mount {
  const document = asyncApiDocument({ title: 'Open Integration Hub', version })
  const getAsyncApi = route({
    method: 'GET',
    path: '/asyncapi.json',
    summary: 'Every event of the hub, as an AsyncAPI 3 document',
    permission: 'public',
    response: { 200: Type.Object({}, { additionalProperties: true }) },
    handle: async () => ({ status: 200, body: document as Record<string, unknown> }),
  })
  return { base: '', tag: 'Hub', routes: [getAsyncApi, ...masterKeyRoutes(rotation)] }
}
