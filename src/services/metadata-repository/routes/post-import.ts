import { Type } from 'typebox'
import { fieldError, HubError } from '#lib/errors'
import { fileOf } from '#lib/http/multipart'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { readArchive } from '../archive/archive.ts'
import { type ImportFault, planImport } from '../archive/import-plan.ts'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { readChangeable } from '../domain/domain-change.ts'
import { DomainParams } from '../domain/domain-document.ts'
import { BrokenReferenceSchema } from '../schema/schema-document.ts'
import { type Written, writeSchemas } from '../schema/schema-writer.ts'

/** Bytes: the largest archive, and what a form puts around it. */
const BODY_LIMIT = 34_603_008
/** How many faults are told. */
const MOST_TOLD = 100

const Imported = Type.Object({ id: Id, uri: Type.String(), version: Type.Integer({ minimum: 1 }) })

const ReportLine = Type.Object({
  uri: Type.String({ description: 'The schema that has the reference' }),
  ...BrokenReferenceSchema.properties,
})

/** `POST /domains/:id/schemas/import` */
export const postImport = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/api/v1/domains/:id/schemas/import',
    summary: 'Bring in all schemas of an archive, or none',
    description:
      'A zip or tgz of up to 32 MiB, 1,000 files and 1 MiB each. Each `.json` file is a schema, its path the path within the domain; one that is there ' +
      'already gets another version. References that lead nowhere are stored as they are, and reported.',
    permission: 'signed-in',
    params: DomainParams,
    rawBody: true,
    consumes: 'multipart/form-data',
    bodyLimit: BODY_LIMIT,
    body: Type.Object({ archive: Type.String({ format: 'binary' }) }),
    response: {
      200: Type.Object({
        imported: Type.Integer({ description: 'How many schemas the archive holds' }),
        schemas: Type.Array(Imported),
        report: Type.Array(ReportLine, { description: 'References that lead nowhere, the first 1,000' }),
        unreported: Type.Optional(Type.Integer({ description: 'How many more there are' })),
        skipped: Type.Array(Type.String(), { description: 'Files of the archive that are no schemas' }),
      }),
    },
    errors: ['invalid-body', 'not-found', 'conflict', 'incompatible-schema'],
    async handle({ params, body, headers, principal, signal }) {
      const domain = await readChangeable(parts, principal, params.id)
      const { files, skipped } = await readArchive(await fileOf({ headers, body }, 'archive'))
      if (files.length === 0) throw fieldError('invalid-body', 'archive', 'must hold at least one file "*.json"')
      const { schemas, faults } = await planImport(files, { domainId: domain.id, origin: parts.publicUrl() })
      refuse(faults)
      const wishes = schemas.map((prepared) => ({ prepared, input: {} }))
      const written = await writeSchemas(parts, {
        ...{ principal, domain, wishes, where: 'archive', signal },
        demand: () => undefined,
      })
      const report = written.flatMap(reportOf)
      const unreported = report.length - MOST_LINES
      return {
        status: 200,
        body: {
          imported: written.length,
          schemas: written.map(shown),
          report: report.slice(0, MOST_LINES),
          ...(unreported > 0 && { unreported }),
          skipped: [...skipped],
        },
      }
    },
  })

/** Of the report. */
const MOST_LINES = 1_000

function shown({ schema: { id, uri, version } }: Written) {
  return { id, uri, version }
}

function reportOf({ schema: { uri }, broken }: Written) {
  return broken.map(({ path, ref, reason }) => ({ uri, path, ref, reason }))
}

function refuse(faults: readonly ImportFault[]): void {
  const [first] = faults
  if (first === undefined) return
  throw new HubError('invalid-body', `Cannot import the archive as all its files must be sound: ${first.message}`, {
    faults: faults
      .slice(0, MOST_TOLD)
      .map(({ file, path, message }) => ({ field: `archive/${file}#${path}`, message })),
  })
}
