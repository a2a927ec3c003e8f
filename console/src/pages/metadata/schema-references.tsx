import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { domainQuery, type Schema, usageQuery } from '../../api/metadata-queries.ts'
import { placeOf, type SchemaPlace } from '../../api/schema-place.ts'
import { pathTo } from '../../path-builder.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { UsingFlows } from './using-flows.tsx'

/** What a schema refers to, what leads nowhere, and what refers to it. */
export function SchemaReferences({ schema }: { schema: Schema }) {
  const { id, domainId, refs, broken } = schema
  const usage = useQuery(usageQuery(id))
  return (
    <section className="card pad" aria-labelledby="references">
      <h2 id="references">References</h2>
      <h3 id="refers-to">It refers to</h3>
      <ul className="report-lines" aria-labelledby="refers-to">
        {refs.map((ref) => (
          <li key={ref}>
            <SchemaLink address={ref} from={domainId} />
          </li>
        ))}
        {broken.map(({ path, ref, reason }) => (
          <li key={`${path} ${ref}`}>
            <span className="fault">Led nowhere when it was written:</span> <code>{path || '/'}</code>: “{ref}” {reason}
          </li>
        ))}
        {refs.length + broken.length === 0 && <li className="faint">no other schema</li>}
      </ul>
      <Loaded query={usage}>
        {({ schemas, more, ...flows }) => (
          <>
            <h3 id="referred-by">Schemas that refer to it</h3>
            <ul className="report-lines" aria-labelledby="referred-by">
              {schemas.map((each) => (
                <li key={each.id}>
                  <PlaceLink place={each} from={domainId} />
                </li>
              ))}
              {schemas.length === 0 && <li className="faint">none that you see</li>}
              {more && <li className="faint">and more</li>}
            </ul>
            <UsingFlows title="Flows that use it" usage={flows} />
          </>
        )}
      </Loaded>
    </section>
  )
}

interface FromProps {
  /** The domain of the page. */
  readonly from: string
}

function SchemaLink({ address, from }: FromProps & { address: string }) {
  const place = placeOf(address)
  return place ? <PlaceLink place={place} from={from} /> : <code>{address}</code>
}

function PlaceLink({ place, from }: FromProps & { place: SchemaPlace }) {
  return (
    <>
      <Link {...pathTo.schema(place)}>{place.uri}</Link>
      {place.domainId !== from && <InDomain id={place.domainId} />}
    </>
  )
}

function InDomain({ id }: { id: string }) {
  const name = useQuery(domainQuery(id)).data?.data.name
  return (
    <span className="faint">
      {' '}
      in <Link {...pathTo.domain(id)}>{name ?? 'another domain'}</Link>
    </span>
  )
}
