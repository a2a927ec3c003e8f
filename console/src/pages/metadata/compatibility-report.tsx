import { Link } from '@tanstack/react-router'
import { placeOf } from '../../api/schema-place.ts'
import { pathTo } from '../../path-builder.ts'
import { JsonView } from '../../ui/json-view.tsx'
import { modeNames } from './metadata-words.ts'
import type { Difference, Report } from './report.ts'
import { UsingFlows } from './using-flows.tsx'

/** What a change would break: each with its place, why, and a document that shows it. */
export function CompatibilityReport({ report }: { report: Report }) {
  const { compatible, differences, mode, usedBy } = report
  return (
    <section className={compatible ? 'answer' : 'answer bad'} aria-label="Compatibility">
      <strong>{headOf(report)}</strong>
      {mode !== undefined && <p>Looked at by the mode {modeNames[mode as keyof typeof modeNames] ?? mode}.</p>}
      {differences.length > 0 && (
        <ol className="differences">
          {differences.map((difference, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a report never changes
            <li key={index}>
              <DifferenceView difference={difference} />
            </li>
          ))}
        </ol>
      )}
      {usedBy && <UsingFlows title="Flows that it would hurt" usage={usedBy} />}
    </section>
  )
}

function headOf({ compatible, differences, mode }: Report): string {
  if (compatible) return mode === 'NONE' ? 'Any change is taken' : 'The change breaks nothing'
  const undecided = differences.filter(isUndecided).length
  if (undecided === differences.length) return 'It could not be decided whether the change breaks something'
  return `The change would break ${differences.length === 1 ? 'something' : `${differences.length} things`}`
}

/** Where two schemas were compared, a missing example says that none was found, and no proof that there is none. */
function isUndecided({ direction, example }: Difference): boolean {
  return direction !== undefined && example === undefined
}

function DifferenceView({ difference }: { difference: Difference }) {
  const { schema, version, direction, path, rule, message, example } = difference
  return (
    <>
      <p>
        {message} <code>{rule}</code>
      </p>
      <p className="faint">
        {schema && (
          <>
            Schema <Link {...pathTo.schema(schema)}>{schema.uri}</Link>
          </>
        )}
        {version !== undefined && `, compared with version ${version}`}
        {path !== '' && (
          <>
            , <Place path={path} />
          </>
        )}
      </p>
      {isUndecided(difference) && (
        <p>Undecided: no document was found that shows it, and no proof that there is none.</p>
      )}
      {example !== undefined && (
        <JsonView
          label={direction === 'FORWARD' ? 'Valid now, and was not before' : 'Valid before, and not any more'}
          value={example}
        />
      )}
    </>
  )
}

/** A pointer into the schema itself, or into another that it leads to: then its address stands before. */
function Place({ path }: { path: string }) {
  const place = placeOf(path)
  if (place === undefined)
    return (
      <>
        at <code>{path}</code>
      </>
    )
  return (
    <>
      by <Link {...pathTo.schema(place)}>{place.uri}</Link> at <code>{path.slice(path.indexOf('#') + 1)}</code>
    </>
  )
}
