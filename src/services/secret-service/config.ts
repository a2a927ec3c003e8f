import { defineConfig, integer } from '#lib/config'

/** Settings of the Secret Service. */
export const secretServiceConfig = defineConfig({
  warningDays: integer('OIH_SECRET_WARNING_DAYS', {
    default: 7,
    min: 1,
    max: 365,
    about: 'How many days before a secret is over, which the hub cannot renew, an event warns of it',
  }),
})
