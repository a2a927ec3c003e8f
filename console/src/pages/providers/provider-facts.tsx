import { useSuspenseQuery } from '@tanstack/react-query'
import { fieldsOf, type Provider } from '../../api/provider-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { Details } from '../../ui/details.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { ownersText } from '../secrets/secret-words.ts'
import { authMethods, preprocessors, requestTypes, textFor } from './provider-words.ts'

/** Whose it is, and since when. */
export function ProviderDetails({ provider }: { provider: Provider }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const { id, owners } = provider
  return (
    <Details of={provider} what="provider">
      <Fact name="Auth client">
        <ShortId id={id} what="auth client id" />
      </Fact>
      <Fact name="Owners">{ownersText(owners, me)}</Fact>
    </Details>
  )
}

/** How the hub and the provider deal with each other; credentials are masked. */
export function ProviderTerms({ provider }: { provider: Provider }) {
  const terms = termsOf(provider).filter(([, text]) => text !== undefined && text !== '')
  return (
    <section className="card pad" aria-labelledby="terms">
      <h2 id="terms">At the provider</h2>
      <Facts>
        {terms.map(([name, text]) => (
          <Fact key={name} name={name}>
            <code className="wrapped">{text}</code>
          </Fact>
        ))}
      </Facts>
    </section>
  )
}

function termsOf(provider: Provider): (readonly [string, string | undefined])[] {
  switch (provider.type) {
    case 'OA2_AUTHORIZATION_CODE': {
      const { endpoints, issuer, preprocessor = 'default', ...fields } = fieldsOf(provider, provider.type)
      return [
        ...grantOf(fields),
        ['Authorization', endpoints?.auth],
        ['Tokens', endpoints?.token],
        ['Userinfo', endpoints?.userinfo],
        ['Issuer', issuer],
        ['Told apart by', textFor(preprocessors, preprocessor.replace('preprocessor.', ''))],
      ]
    }
    case 'OA2_CLIENT_CREDENTIALS': {
      const { endpoints, ...fields } = fieldsOf(provider, provider.type)
      return [...grantOf(fields), ['Tokens', endpoints?.token]]
    }
    case 'SESSION_AUTH': {
      const { fields = [], endpoints, tokenPath, expirationPath } = fieldsOf(provider, provider.type)
      const { url, authType = '', requestFields = [] } = endpoints?.auth ?? {}
      return [
        ['Fields', fields.map(({ key, label = key }) => label).join(', ')],
        ['Sign-in', url],
        ['Sent', textFor(requestTypes, authType)],
        ['Content', requestFields.map(({ key, value }) => `${key}: ${value}`).join('\n')],
        ['Token', tokenPath],
        ['End of the token', expirationPath],
      ]
    }
    default:
      return []
  }
}

interface Grant {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly predefinedScope?: string
  readonly authMethod?: string
}

function grantOf({ clientId, clientSecret, predefinedScope, authMethod = 'client_secret_post' }: Grant) {
  return [
    ['Client id', clientId],
    ['Client secret', clientSecret],
    ['Scope', predefinedScope],
    ['Secret is sent', textFor(authMethods, authMethod)],
  ] as const
}
