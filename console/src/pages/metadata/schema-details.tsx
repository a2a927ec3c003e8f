import { useQuery } from '@tanstack/react-query'
import { domainQuery, type Schema } from '../../api/metadata-queries.ts'
import { AccountLink } from '../../ui/account-link.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Details } from '../../ui/details.tsx'
import { Fact } from '../../ui/facts.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { modeNames } from './metadata-words.ts'

/** What is known of a schema beside its JSON. */
export function SchemaDetails({ schema }: { schema: Schema }) {
  const { id, uri, location, dialect, version, owners } = schema
  return (
    <Details of={schema} what="schema">
      <Fact name="Schema">
        <ShortId id={id} what="schema id" />
      </Fact>
      <Fact name="Path">
        <code>{uri}</code>
      </Fact>
      <Fact name="Address">
        <span className="copy-line">
          <code>{location}</code>
          <CopyButton text={location} what="address" />
        </span>
      </Fact>
      <Fact name="Dialect">{dialect}</Fact>
      <Fact name="Version">{version}</Fact>
      <Fact name="Changes keep">
        <Mode schema={schema} />
      </Fact>
      <Fact name="Owner">
        {owners.map((owner) => (
          <AccountLink key={owner.id} id={owner.id} />
        ))}
        {owners.length === 0 && 'the hub'}
      </Fact>
    </Details>
  )
}

function Mode({ schema: { compatibility, domainId } }: { schema: Schema }) {
  const domain = useQuery(domainQuery(domainId)).data?.data
  if (compatibility) return modeNames[compatibility]
  return (
    <>
      {domain && modeNames[domain.compatibility]} <span className="faint">(as the domain)</span>
    </>
  )
}
