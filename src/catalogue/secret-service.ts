import { Type } from 'typebox'
import { defineEvent } from './event-definition.ts'
import { change, id, moment, oneOf, owners, ownerType, tenantId, text } from './field.ts'

const service = 'secret-service'

const secret = () => id('The secret')
const secretType = () =>
  oneOf(
    [
      'SIMPLE',
      'MIXED',
      'API_KEY',
      'OA1_TWO_LEGGED',
      'OA1_THREE_LEGGED',
      'OA2_AUTHORIZATION_CODE',
      'OA2_CLIENT_CREDENTIALS',
      'SESSION_AUTH',
    ],
    'The kind of secret',
  )
const client = () => id('The auth client')
const clientType = () =>
  oneOf(
    ['OA1_TWO_LEGGED', 'OA1_THREE_LEGGED', 'OA2_AUTHORIZATION_CODE', 'OA2_CLIENT_CREDENTIALS', 'SESSION_AUTH'],
    'The kind of auth client',
  )

/** The events of the Secret Service, in the order of the documentation. */
export const secretServiceEvents = [
  defineEvent({
    name: 'secret-service.secret.created',
    service,
    summary: 'A secret was stored.',
    payload: {
      id: secret(),
      name: text('The name, which is not secret'),
      type: secretType(),
      owners: Type.Optional(owners('Who may use it')),
      tenantId: tenantId(),
      authClientId: Type.Optional(id('The auth client it was obtained through')),
    },
  }),
  defineEvent({
    name: 'secret-service.secret.modified',
    service,
    summary: 'A secret was changed, by a person or by a refresh; values are never told.',
    payload: { id: secret(), type: secretType(), ...change({ name: text('The name, which is not secret') }) },
  }),
  defineEvent({
    name: 'secret-service.secret.deleted',
    service,
    summary: 'A secret was deleted, as its last owner let go of it.',
    payload: { id: secret(), name: Type.Optional(text('The last name')), type: Type.Optional(secretType()) },
  }),
  defineEvent({
    name: 'secret-service.secret.expiring',
    service,
    summary: 'A secret that the hub cannot renew is over soon.',
    payload: {
      id: secret(),
      name: text('The name, which is not secret'),
      type: secretType(),
      expiresAt: moment('When it is over'),
    },
  }),
  defineEvent({
    name: 'secret-service.secret.refreshFailed',
    service,
    summary:
      'The next value of a secret could not be obtained; the first of failures in a row, and any whose reason differs from the last.',
    payload: {
      id: secret(),
      type: secretType(),
      authClientId: Type.Optional(id('The auth client it is obtained through')),
      reason: text('One sentence; an error code of the provider at most, never what else it has sent'),
      nextAttemptAt: Type.Optional(
        moment('Not before this moment it is tried again; absent if it is not, until somebody connects it anew'),
      ),
    },
  }),
  defineEvent({
    name: 'secret-service.secret.ownerAdded',
    service,
    summary: 'A further owner may use a secret.',
    payload: { id: secret(), ownerId: id('The new owner'), ownerType: ownerType() },
  }),
  defineEvent({
    name: 'secret-service.secret.ownerRemoved',
    service,
    summary: 'An owner may no longer use a secret, which has others.',
    payload: { id: secret(), ownerId: id('The former owner'), ownerType: ownerType() },
  }),
  defineEvent({
    name: 'secret-service.auth-client.created',
    service,
    summary: 'An auth client was created.',
    payload: {
      id: client(),
      name: text('The name'),
      type: clientType(),
      owners: Type.Optional(owners('Who may use it')),
      tenantId: tenantId(),
    },
  }),
  defineEvent({
    name: 'secret-service.auth-client.modified',
    service,
    summary: 'An auth client was changed; its credentials are never told.',
    payload: {
      id: client(),
      type: clientType(),
      // Endpoints and the redirect address are named only: they are addresses of free form, and may hold credentials.
      ...change({ name: text('The name'), predefinedScope: text('The scope asked for by default') }),
    },
  }),
  defineEvent({
    name: 'secret-service.auth-client.deleted',
    service,
    summary: 'An auth client was deleted; secrets obtained through it are refreshed no more.',
    payload: { id: client(), name: Type.Optional(text('The last name')), type: Type.Optional(clientType()) },
  }),
  defineEvent({
    name: 'secret-service.auth-client.read',
    service,
    summary: 'The credentials of an auth client were read in clear; published before they leave the service.',
    payload: { user: id('Who read them: the IAM id of the actor'), id: client(), type: clientType() },
  }),
  defineEvent({
    name: 'secret-service.token.get',
    service,
    summary: 'The clear value of a secret was read; published before the value leaves the service.',
    payload: {
      user: id('Who read it: the IAM id of the actor'),
      id: secret(),
      type: secretType(),
      flowId: Type.Optional(id('The flow it was read for')),
      runId: Type.Optional(id('The run it was read for')),
      stepId: Type.Optional(text('The step it was read for')),
    },
  }),
] as const
