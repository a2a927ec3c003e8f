import { Type } from 'typebox'
import { type Route, route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { toPublic } from '../language/public-schema.ts'
import { SchemaParams, VersionDocument, VersionHead, versionHead } from '../schema/schema-document.ts'
import { schemaOf, versionOf } from '../schema/schema-reader.ts'
import { listVersions } from '../schema/version-store.ts'

/** `GET /schemas/:id/versions` and `GET /schemas/:id/versions/:version` */
export const schemaVersionRoutes = ({ db, publicUrl }: Pick<MetadataRepositoryDeps, 'db' | 'publicUrl'>): Route[] => [
  route({
    method: 'GET',
    path: '/api/v1/schemas/:id/versions',
    summary: 'List the versions of a schema, the newest first, without their values',
    permission: 'signed-in',
    params: SchemaParams,
    query: Type.Object(pagingQuery, { additionalProperties: false }),
    response: { 200: Type.Object({ data: Type.Array(VersionHead), meta: PageMeta }) },
    errors: ['not-found'],
    async handle({ params, query, principal }) {
      const paging = pagingOf(query)
      const body = await db.transaction(scopeOf(principal), async (tx) => {
        const { schema } = await schemaOf(tx, params.id)
        const versions = await listVersions(tx, schema.id, paging)
        return { data: versions.map((each) => versionHead(each, publicUrl())), meta: paging.meta(schema.version) }
      })
      return { status: 200, body }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/schemas/:id/versions/:version',
    summary: 'Read a version of a schema',
    permission: 'signed-in',
    params: Type.Object({
      ...SchemaParams.properties,
      version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    }),
    response: { 200: Type.Object({ data: VersionDocument }) },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const version = await db.transaction(scopeOf(principal), async (tx) => {
        const { schema } = await schemaOf(tx, params.id)
        return versionOf(tx, schema, params.version)
      })
      const value = toPublic(JSON.parse(version.value), publicUrl())
      return { status: 200, body: { data: { ...versionHead(version, publicUrl()), value } } }
    },
  }),
]
