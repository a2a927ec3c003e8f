import { fileURLToPath } from 'node:url'
import type { StaticSite } from '#lib/http/static-site'

/** The web console: pages that use the public API alone. `npm start` builds them. */
export const consoleSite: StaticSite = {
  folder: fileURLToPath(new URL('../../dist/console', import.meta.url)),
  pages: [
    '/',
    '/sign-in',
    '/live',
    '/catalogue',
    '/flows',
    '/flows/:flowId',
    '/runs',
    '/runs/:runId',
    '/secrets',
    '/secrets/:secretId',
    '/providers',
    '/providers/:providerId',
    '/domains',
    '/domains/:domainId',
    '/domains/:domainId/schemas/*',
    '/audit',
    '/audit/:entryId',
    '/users',
    '/users/:userId',
    '/tenants',
    '/tenants/:tenantId',
    '/roles',
    '/roles/:roleId',
    '/tokens',
    '/account',
    '/clients',
    '/clients/:clientId',
  ],
  absence: 'The console is not built: stop the hub, run "npm install" in its folder, and start it with "npm start".\n',
}
