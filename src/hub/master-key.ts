import { type Static, Type } from 'typebox'
import { type Route, route } from '#lib/http/route'
import type { KeyRotation } from '#lib/master-key/key-rotation'
import { Moment } from '#lib/schema'
import { permissions } from './permissions.ts'

const State = Type.Object({
  source: Type.Enum(['file', 'environment'], { description: 'Where the process that answers has its keys from' }),
  keys: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Tells the key, and nothing of it' }),
      state: Type.Enum(['current', 'retiring', 'retired'], {
        description: 'retiring: a rotation is under way; retired: nothing is sealed under it any longer',
      }),
      since: Moment,
    }),
  ),
  left: Type.Integer({ description: 'Rows that are still to be sealed under the current key' }),
})

/** `GET /master-key` and `POST /master-key/rotations`. */
export function masterKeyRoutes(rotation: Pick<KeyRotation, 'begin' | 'state'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/master-key',
      summary: 'Which master keys there were, and how far a rotation is',
      permission: permissions.rotateMasterKey,
      response: { 200: State },
      handle: async () => ({ status: 200, body: await stateOf(rotation) }),
    }),
    route({
      method: 'POST',
      path: '/master-key/rotations',
      summary: 'Begin to seal everything under a new master key; nothing new while that is under way',
      permission: permissions.rotateMasterKey,
      response: { 202: State },
      errors: ['conflict'],
      async handle({ principal, logger }) {
        logger.info({ user: principal.id }, 'A rotation of the master key is asked for')
        await rotation.begin()
        return { status: 202, body: await stateOf(rotation) }
      },
    }),
  ]
}

async function stateOf(rotation: Pick<KeyRotation, 'state'>): Promise<Static<typeof State>> {
  const { source, keys, left } = await rotation.state()
  return { source, keys: keys.map((key) => ({ ...key, since: key.since.toISOString() })), left }
}
