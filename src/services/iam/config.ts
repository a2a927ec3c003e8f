import { defineConfig, integer, secret, text } from '#lib/config'

/** The variables of the IAM. */
export const iamConfig = defineConfig({
  adminUsername: text('OIH_ADMIN_USERNAME', {
    about: 'Name of the administrator who is created when there is no user yet',
    default: 'admin',
  }),
  adminPassword: secret('OIH_ADMIN_PASSWORD', {
    pattern: /^.{8,128}$/su,
    about:
      'Password of that administrator, 8 to 128 characters, no common one; a random one is made and shown once if unset',
  }),
  loginTokenHours: integer('OIH_LOGIN_TOKEN_HOURS', {
    about: 'Hours after which a login ends',
    default: 12,
    min: 1,
    max: 720,
  }),
})
