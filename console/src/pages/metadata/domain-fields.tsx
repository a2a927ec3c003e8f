import { useSuspenseQuery } from '@tanstack/react-query'
import type { Domain } from '../../api/metadata-queries.ts'
import { type Body, meQuery } from '../../api/queries.ts'
import { metadataCan } from '../../metadata-can.ts'
import { CheckField, ChoiceField, LinesField, TextField } from '../../ui/form-fields.tsx'
import { descriptionOf, modeChoices, modeOf } from './metadata-words.ts'

/** What is known of a domain. */
export function DomainFields({ domain }: { domain?: Domain }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const leave = metadataCan.publish(me, domain)
  return (
    <>
      <TextField label="Name" name="name" required defaultValue={domain?.name} />
      <LinesField label="Description" name="description" defaultValue={domain?.description} />
      <ChoiceField
        label="Changes of its schemas keep"
        name="compatibility"
        options={modeChoices}
        defaultValue={domain?.compatibility ?? 'NONE'}
        hint="Each change is compared with the version before; one that keeps it not is refused. A schema may want something else."
      />
      <CheckField
        label="Public: every tenant reads it"
        name="public"
        defaultChecked={domain?.public}
        disabled={!leave.may}
        hint={leave.may ? 'Its schemas may then refer to public schemas alone.' : `${leave.reason}.`}
      />
    </>
  )
}

/** What a form states of a domain. Whether it is public is told by those alone who may decide it. */
export function domainBody(values: FormData, domain?: Domain): Body<'/metadata-repository/api/v1/domains/{id}', 'put'> {
  return {
    name: String(values.get('name')),
    ...descriptionOf(values, domain?.description),
    ...modeOf(values),
    ...(values.has('public') ? { public: true } : domain?.public && { public: false }),
  }
}
