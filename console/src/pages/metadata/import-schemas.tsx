import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import type { Domain } from '../../api/metadata-queries.ts'
import type { Answered } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import { CompatibilityReport } from './compatibility-report.tsx'
import { type Report, reporting } from './report.ts'

type Imported = Answered<'/metadata-repository/api/v1/domains/{id}/schemas/import', 'post'>

interface ImportProps {
  readonly domain: Domain
  readonly onClose: () => void
}

/** Brings in the schemas of an archive, all or none, and tells what came of each. */
export function ImportSchemas({ domain, onClose }: ImportProps) {
  const [imported, setImported] = useState<Imported>()
  const [refusal, setRefusal] = useState<Report>()
  if (imported) return <Outcome domain={domain} imported={imported} onClose={onClose} />
  return (
    <Dialog title={`Import schemas into ${domain.name}`} onClose={onClose}>
      <Form
        action="Import"
        onSubmit={(values) => reporting(setRefusal, () => send(domain, values))}
        onDone={setImported}
        onCancel={onClose}
      >
        <TextField
          label="Archive"
          name="archive"
          type="file"
          accept=".zip,.tgz,.tar.gz,application/zip,application/gzip"
          required
          hint="A zip or tgz of up to 32 MiB. Each file “*.json” becomes a schema at the path that it has there; one that is there already gets another version. If one is refused, all are."
        />
        <div role="status">{refusal && <CompatibilityReport report={refusal} />}</div>
      </Form>
    </Dialog>
  )
}

/** The API's document calls a file a text; the form is sent as it is. */
function send({ id }: Domain, values: FormData): Promise<Imported> {
  const call = hub.POST('/metadata-repository/api/v1/domains/{id}/schemas/import', {
    params: { path: { id } },
    body: { archive: '' },
    bodySerializer: () => values,
  })
  return answerOf(call)
}

function Outcome({ domain, imported, onClose }: ImportProps & { imported: Imported }) {
  const { schemas, report, skipped } = imported
  const broken = Object.entries(Object.groupBy(report, ({ uri }) => uri))
  const domainId = domain.id
  return (
    <Dialog title="Imported" onClose={onClose}>
      <p role="status">
        {count(schemas.length, 'schema')} came in.{' '}
        {report.length === 0
          ? 'All their references lead somewhere.'
          : `${count(report.length, 'reference')} in ${count(broken.length, 'schema')} ${report.length === 1 ? 'leads' : 'lead'} nowhere yet.`}
      </p>
      {broken.length > 0 && (
        <section aria-label="References that lead nowhere" className="report-lines">
          {broken.map(([uri, lines = []]) => (
            <div key={uri}>
              <h3>
                <Link {...pathTo.schema({ domainId, uri })}>{uri}</Link>
              </h3>
              <ul>
                {lines.map(({ path, ref, reason }) => (
                  <li key={`${path} ${ref}`}>
                    <code>{path || '/'}</code>: “{ref}” {reason}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </section>
      )}
      <Came domainId={domainId} schemas={schemas} />
      {skipped.length > 0 && (
        <details>
          <summary>{count(skipped.length, 'file')} left out</summary>
          <ul className="report-lines">
            {skipped.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </details>
      )}
      <div className="dialog-buttons">
        <button type="button" className="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  )
}

function Came({ domainId, schemas }: { domainId: string; schemas: Imported['schemas'] }) {
  return (
    <details>
      <summary>What came in</summary>
      <ul className="report-lines">
        {schemas.map(({ id, uri, version }) => (
          <li key={id}>
            <Link {...pathTo.schema({ domainId, uri })}>{uri}</Link>{' '}
            <span className="faint">{version === 1 ? 'new' : `version ${version}`}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`
}
