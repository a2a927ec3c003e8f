import type { Fields } from '../vault/vault.ts'

/** What is known of a provider: an auth client that names the template needs its own credentials alone. */
export interface ProviderTemplate {
  readonly key: string
  readonly name: string
  /** Where one registers the hub as a client. */
  readonly documentation: string
  /** Fields of an auth client of type `OA2_AUTHORIZATION_CODE`. */
  readonly fields: Fields
}

const query = 'response_type=code&client_id={{clientId}}&redirect_uri={{redirectUri}}&scope={{scope}}&state={{state}}'

/** Providers that many need; as of their documentation in November 2026. */
export const providerTemplates: readonly ProviderTemplate[] = [
  {
    key: 'google',
    name: 'Google',
    documentation: 'https://developers.google.com/identity/protocols/oauth2/web-server',
    fields: {
      endpoints: {
        // Without these two there is no refresh token, or only with the first consent.
        auth: `https://accounts.google.com/o/oauth2/v2/auth?${query}&access_type=offline&prompt=consent`,
        token: 'https://oauth2.googleapis.com/token',
        userinfo: 'https://openidconnect.googleapis.com/v1/userinfo',
        revocation: 'https://oauth2.googleapis.com/revoke',
      },
      issuer: 'https://accounts.google.com',
      predefinedScope: 'openid email',
      preprocessor: 'oidc',
      // A refresh token that is not used for six months is over.
      refreshIdleDays: 30,
    },
  },
  {
    key: 'microsoft',
    name: 'Microsoft',
    documentation: 'https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow',
    fields: {
      // No issuer: each organisation has one of its own behind this common address.
      endpoints: {
        auth: `https://login.microsoftonline.com/common/oauth2/v2.0/authorize?${query}`,
        token: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
        userinfo: 'https://graph.microsoft.com/oidc/userinfo',
      },
      predefinedScope: 'openid profile email offline_access',
      preprocessor: 'oidc',
    },
  },
  {
    key: 'github',
    name: 'GitHub',
    documentation:
      'https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app',
    fields: {
      endpoints: {
        auth: `https://github.com/login/oauth/authorize?${query}`,
        token: 'https://github.com/login/oauth/access_token',
        userinfo: 'https://api.github.com/user',
      },
      preprocessor: 'userinfo',
    },
  },
  {
    key: 'salesforce',
    name: 'Salesforce',
    documentation: 'https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm',
    fields: {
      // No issuer: it is the domain of the customer.
      endpoints: {
        auth: `https://login.salesforce.com/services/oauth2/authorize?${query}`,
        token: 'https://login.salesforce.com/services/oauth2/token',
        userinfo: 'https://login.salesforce.com/services/oauth2/userinfo',
        revocation: 'https://login.salesforce.com/services/oauth2/revoke',
      },
      predefinedScope: 'openid api refresh_token',
      preprocessor: 'oidc',
      // Its answers tell no end; sessions last for two hours unless an administrator says otherwise.
      defaultExpiresIn: 7_200,
    },
  },
  {
    key: 'hubspot',
    name: 'HubSpot',
    documentation: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/working-with-oauth',
    fields: {
      endpoints: {
        auth: `https://app.hubspot.com/oauth/authorize?${query}`,
        token: 'https://api.hubapi.com/oauth/v1/token',
      },
      predefinedScope: 'oauth',
    },
  },
]

/** The template of a key. */
export function findProviderTemplate(key: string): ProviderTemplate | undefined {
  return providerTemplates.find((template) => template.key === key)
}
