import { Type } from 'typebox'
import { fieldError, type HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, type IamParts } from '../../deps.ts'
import { PermissionDocument, permissionDocument } from '../../documents.ts'
import { permissionBody } from '../../permission/permission-body.ts'
import { insertPermission, type KeptPermission } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'

const { name: Name, description, restricted } = permissionBody
const Body = Type.Object(
  { name: Name, description: Type.Optional(description), restricted: Type.Optional(restricted) },
  { additionalProperties: false },
)

/** `POST /permissions`: for what others check by an introspection. Those of the hub's services register themselves. */
export const postPermission = ({ db, bus, clock, catalogue }: IamParts) =>
  route({
    method: 'POST',
    path: '/api/v1/permissions',
    summary: 'Create a permission that applications of your own check',
    permission: permissions.all,
    body: Body,
    response: { 200: PermissionDocument },
    errors: ['conflict'],
    async handle({ body: { name, description = '', restricted = false }, principal }) {
      const scope = restricted ? 'platform' : 'tenant'
      const permission: KeptPermission = { id: newId(), name, scope, description, registered: false }
      await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.all)
        if (catalogue.find(name) || !(await insertPermission(tx, permission, clock()))) throw taken()
        const payload = {
          ...actor(principal),
          id: permission.id,
          name,
          ...(description && { description }),
          restricted,
        }
        await bus.publish(tx, { name: 'iam.permission.created', payload })
      })
      return { status: 200, body: permissionDocument(permission) }
    },
  })

function taken(): HubError {
  return fieldError('conflict', 'name', 'must be a name that no other permission has')
}
