import type { CompatibilityMode, Domain, Schema } from '../../api/metadata-queries.ts'
import { textOf } from '../../ui/form.tsx'
import { ChoiceField, LinesField, TextField } from '../../ui/form-fields.tsx'
import { descriptionOf, modeChoices, modeNames, modeOf } from './metadata-words.ts'

interface SchemaFieldsProps {
  /** Of which the schema is, as far as it is known. */
  readonly domain: Pick<Domain, 'compatibility'> | undefined
  readonly schema?: Schema
  readonly onMode?: (mode: string) => void
}

/** What is known of a schema beside its JSON. A mode of its own is kept or replaced, but not given up: the hub has no way to say so. */
export function SchemaFields({ domain, schema, onMode }: SchemaFieldsProps) {
  const title = titleOf(schema?.value)
  const inherited = domain ? `As the domain. ${modeNames[domain.compatibility]}` : 'As the domain'
  const choices = schema?.compatibility ? modeChoices : [['', inherited] as const, ...modeChoices]
  return (
    <>
      <TextField
        label="Name"
        name="name"
        defaultValue={schema?.name === title ? '' : schema?.name}
        placeholder={title}
        hint="Empty: its title."
      />
      <LinesField label="Description" name="description" rows={2} defaultValue={schema?.description} />
      <ChoiceField
        label="Changes keep"
        name="compatibility"
        options={choices}
        defaultValue={schema?.compatibility ?? ''}
        onChange={(event) => onMode?.(event.target.value)}
      />
    </>
  )
}

/** What a form states of a schema beside its JSON; what it says nothing of stays. */
export function schemaBody(
  values: FormData,
  schema?: Schema,
): { name?: string; description?: string; compatibility?: CompatibilityMode } {
  const name = textOf(values, 'name')
  return { ...(name && { name }), ...descriptionOf(values, schema?.description), ...modeOf(values) }
}

/** The title of a schema, where it has one. */
function titleOf(value: unknown): string | undefined {
  const title = typeof value === 'object' && value !== null && 'title' in value ? value.title : undefined
  return typeof title === 'string' ? title : undefined
}
