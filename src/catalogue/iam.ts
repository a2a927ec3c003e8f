import { Type } from 'typebox'
import { defineEvent } from './event-definition.ts'
import { change, flag, id, ids, moment, oneOf, ordinal, tenantId, text, words } from './field.ts'
import { personal } from './personal.ts'

const service = 'iam'

const status = () => oneOf(['ACTIVE', 'DISABLED', 'PENDING'], 'Only those who are ACTIVE may log in')
const permissions = () => words('The names of the permissions given directly')
const user = () => id('The user')
const tenant = () => id('The tenant')
const role = () => id('The role')
const permission = () => id('The permission')
const token = () => id('The token: its id, never its value')
const client = () => id('The client: it is the OpenID client_id')
const signingKey = () => id('The key: it is the `kid` of what it signs')
const account = () => id('The user who acts by this token')

/** The events of the IAM, in the order of the documentation. */
export const iamEvents = [
  defineEvent({
    name: 'iam.user.created',
    service,
    summary: 'A user was created.',
    payload: {
      id: user(),
      username: personal(text('The name to log in with'), 'id'),
      firstname: Type.Optional(personal(text('The first name'), 'id')),
      lastname: Type.Optional(personal(text('The last name'), 'id')),
      status: status(),
      tenantId: tenantId('The default tenant; absent if the user has none'),
      roles: Type.Optional(ids('The roles given in that tenant')),
      permissions: Type.Optional(permissions()),
    },
  }),
  defineEvent({
    name: 'iam.user.modified',
    service,
    summary: 'A user was changed; a new password is told by the name of the field alone.',
    payload: {
      id: user(),
      ...change({
        status: status(),
        confirmed: flag('Whether the address was confirmed'),
        tenantId: id('The default tenant'),
        roles: ids('The roles in the default tenant'),
        permissions: permissions(),
      }),
    },
  }),
  defineEvent({
    name: 'iam.user.deleted',
    service,
    summary: 'A user was deleted; whoever keeps personal data of the user erases it.',
    payload: { id: user(), tenantId: tenantId('The default tenant; absent if the user has none') },
  }),
  defineEvent({
    name: 'iam.user.assignedToTenant',
    service,
    summary: 'A user became a member of a tenant, or got other roles there.',
    payload: { id: user(), tenantId: tenant(), roles: ids('The roles that the user now has in the tenant') },
  }),
  defineEvent({
    name: 'iam.user.removedFromTenant',
    service,
    summary: 'A user is no longer a member of a tenant.',
    payload: {
      id: user(),
      tenantId: tenant(),
      roles: Type.Optional(ids('The roles that the user lost in the tenant')),
    },
  }),
  defineEvent({
    name: 'iam.user.loginFailed',
    service,
    summary: 'A login was refused; the reason is not told, as it would help whoever guesses.',
    payload: {
      id: Type.Optional(id('The user, if one has that name: either this or `usernameHash`')),
      // A name that nobody has may be a password typed into the wrong field. The pattern keeps plain names out.
      usernameHash: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_-]{32,128}$',
          description: 'A keyed hash of the name, hexadecimal or base64url, if no user has it',
        }),
      ),
      // An address is told only with a known user: it is then personal of that user and is erased with the user's other
      // data. With an unknown name it would be personal data of somebody whom nobody could find to erase it.
      address: Type.Optional(personal(text('The network address of the client, told for a known user only'), 'id')),
      count: Type.Optional(ordinal('How many failures this event stands for; absent means 1')),
    },
    rules: {
      oneOf: [
        { properties: { id: true }, required: ['id'] },
        { properties: { usernameHash: true, address: false }, required: ['usernameHash'] },
      ],
    },
  }),
  defineEvent({
    name: 'iam.tenant.created',
    service,
    summary: 'A tenant was created.',
    payload: { id: tenant(), name: text('The name'), status: Type.Optional(status()) },
  }),
  defineEvent({
    name: 'iam.tenant.modified',
    service,
    summary: 'A tenant was changed.',
    payload: {
      id: tenant(),
      ...change({ name: text('The name'), status: status(), confirmed: flag('Whether it was confirmed') }),
    },
  }),
  defineEvent({
    name: 'iam.tenant.deleted',
    service,
    summary: 'A tenant was deleted; whoever keeps things of the tenant removes them.',
    payload: { id: tenant(), name: Type.Optional(text('The last name')) },
  }),
  defineEvent({
    name: 'iam.tenant.exported',
    service,
    summary: 'A tenant was taken out as a file, with the password hashes of its users.',
    payload: { id: tenant() },
  }),
  defineEvent({
    name: 'iam.role.created',
    service,
    summary: 'A role was created.',
    payload: {
      id: role(),
      name: text('The name'),
      tenantId: tenantId(),
      permissions: words('The names of the permissions that the role gives'),
    },
  }),
  defineEvent({
    name: 'iam.role.modified',
    service,
    summary: 'A role was changed.',
    payload: {
      id: role(),
      tenantId: tenantId(),
      ...change({
        name: text('The name'),
        description: text('What the role is for'),
        permissions: words('The names of the permissions that the role gives'),
      }),
    },
  }),
  defineEvent({
    name: 'iam.role.deleted',
    service,
    summary: 'A role was deleted, and taken from all who had it.',
    payload: { id: role(), name: Type.Optional(text('The last name')), tenantId: tenantId() },
  }),
  defineEvent({
    name: 'iam.permission.created',
    service,
    summary: 'A permission was created.',
    payload: {
      id: permission(),
      name: text('The name that services ask for'),
      description: Type.Optional(text('What it allows')),
      restricted: Type.Optional(flag('Whether only platform admins may give it')),
    },
  }),
  defineEvent({
    name: 'iam.permission.modified',
    service,
    summary: 'A permission was changed.',
    payload: {
      id: permission(),
      name: Type.Optional(text('The name that services ask for')),
      ...change({
        name: text('The name that services ask for'),
        description: text('What it allows'),
        restricted: flag('Whether only platform admins may give it'),
      }),
    },
  }),
  defineEvent({
    name: 'iam.permission.deleted',
    service,
    summary: 'A permission was deleted, and taken from all roles and users that had it.',
    payload: { id: permission(), name: Type.Optional(text('The last name')) },
  }),
  defineEvent({
    name: 'iam.token.created',
    service,
    summary: 'An access token was issued.',
    payload: {
      id: token(),
      accountId: account(),
      type: oneOf(['SELF', 'DELEGATE', 'EPHEMERAL_SERVICE_ACCOUNT', 'PERSISTENT'], 'How the token came to be'),
      description: Type.Optional(personal(text('What the owner calls it'), 'accountId')),
      flowId: Type.Optional(id('The flow whose runs act by it')),
      secretIds: Type.Optional(ids('The secrets that these runs may read by it')),
      permissions: Type.Optional(words('The names of the permissions given beside those of the account')),
      scope: Type.Optional(words('The names of the permissions that it allows at most; absent if not limited')),
      expiresAt: Type.Optional(moment('When it ends; absent if never')),
    },
  }),
  defineEvent({
    name: 'iam.token.modified',
    service,
    summary: 'An access token was changed, or got a further value.',
    payload: {
      id: token(),
      accountId: account(),
      ...change({
        permissions: words('The names of the permissions given beside those of the account'),
        expiresAt: moment('When it ends; absent if never'),
      }),
    },
  }),
  defineEvent({
    name: 'iam.token.deleted',
    service,
    summary: 'An access token was withdrawn; it is refused from now on.',
    payload: {
      id: token(),
      accountId: account(),
      reason: Type.Optional(
        oneOf(['logout', 'revoked', 'expired', 'accountDisabled', 'accountDeleted'], 'Why it was withdrawn'),
      ),
    },
  }),
  defineEvent({
    name: 'iam.client.created',
    service,
    summary: 'An application was registered as a client of the OpenID provider.',
    payload: {
      id: client(),
      name: text('The name that users are shown'),
      type: oneOf(['web', 'browser', 'native', 'service'], 'What kind of application it is'),
      trusted: flag('Whether users are not asked for consent'),
    },
  }),
  defineEvent({
    name: 'iam.client.modified',
    service,
    summary: 'A client was changed; a new secret is told by the name of the field alone.',
    payload: {
      id: client(),
      ...change({
        name: text('The name that users are shown'),
        trusted: flag('Whether users are not asked for consent'),
      }),
    },
  }),
  defineEvent({
    name: 'iam.client.deleted',
    service,
    summary: 'A client was deleted; all that users had granted it is void.',
    payload: { id: client(), name: Type.Optional(text('The last name')) },
  }),
  defineEvent({
    name: 'iam.signingKey.created',
    service,
    summary: 'The OpenID provider signs with a new key from now on; the one before stays published for a while.',
    payload: { id: signingKey() },
  }),
  defineEvent({
    name: 'iam.signingKey.deleted',
    service,
    summary: 'A key of the OpenID provider is no longer published, as all that it signed is over.',
    payload: { id: signingKey() },
  }),
] as const
