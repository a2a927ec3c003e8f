import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { fieldsOf, type ProviderInList, providerChoicesQuery, providerQuery } from '../../api/provider-queries.ts'
import type { Secret } from '../../api/secret-queries.ts'
import { pathTo } from '../../path-builder.ts'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'

interface ProviderValueProps {
  readonly type: 'OA2_CLIENT_CREDENTIALS' | 'SESSION_AUTH'
  readonly value: NonNullable<Secret['value']>
  /** The provider to begin with, where several fit. */
  readonly provider?: string | undefined
}

/** The fields of a value by which the hub signs in at a provider: which one, and what that wants to know. */
export function ProviderValue({ type, ...props }: ProviderValueProps) {
  const query = useQuery(providerChoicesQuery)
  return (
    <Loaded query={query}>
      {({ data }) => {
        const fitting = data.filter((each) => each.type === type)
        return fitting.length === 0 ? <NoProvider /> : <ProviderFields type={type} providers={fitting} {...props} />
      }}
    </Loaded>
  )
}

function NoProvider() {
  return (
    <p>
      There is no provider for it yet. <Link {...pathTo.providers({ do: 'create' })}>Add one first</Link>
    </p>
  )
}

interface FieldsProps extends ProviderValueProps {
  readonly providers: readonly ProviderInList[]
}

function ProviderFields({ type, value, provider, providers }: FieldsProps) {
  const wanted = value.authClientId ?? provider
  const [chosen, setChosen] = useState(providers.find(({ id }) => id === wanted)?.id ?? providers[0]?.id ?? '')
  return (
    <>
      <ChoiceField
        label="Provider"
        name="value.authClientId"
        options={providers.map(({ id, name }) => [id, name] as const)}
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
        hint="Where the hub gets the token, when it is first needed and whenever it is over."
      />
      {type === 'OA2_CLIENT_CREDENTIALS' ? (
        <TextField
          label="Further scope"
          name="value.scope"
          defaultValue={value.scope}
          hint="Beside that of the provider."
        />
      ) : (
        <SessionFields key={chosen} provider={chosen} />
      )}
    </>
  )
}

/** Fields whose texts should not be seen over one's shoulder. All are sealed. */
const hidden = /pass|secret|token|key|pin/i

function SessionFields({ provider }: { provider: string }) {
  const query = useQuery(providerQuery(provider))
  return (
    <Loaded query={query}>
      {({ data }) =>
        (fieldsOf(data, 'SESSION_AUTH').fields ?? []).map(({ key, label = key, required = false }) => (
          <TextField
            key={key}
            label={label}
            name={`value.inputFields.${key}`}
            required={required}
            type={hidden.test(`${key} ${label}`) ? 'password' : 'text'}
            autoComplete={hidden.test(`${key} ${label}`) ? 'new-password' : 'off'}
          />
        ))
      }
    </Loaded>
  )
}
