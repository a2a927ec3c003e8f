import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams, PermissionDocument, permissionDocument } from '../../documents.ts'
import { permissionBody } from '../../permission/permission-body.ts'
import { changesOf } from '../../permission/permission-registration.ts'
import { demandMade, lockPermission, updatePermission } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'

const { description, restricted } = permissionBody
const Body = Type.Partial(Type.Object({ description, restricted }), { additionalProperties: false })

/** `PATCH /permissions/:id`: the name stays, as whoever checks the permission knows it by that. */
export const patchPermission = ({ db, bus, clock }: IamParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/permissions/:id',
    summary: 'Change a permission that was created here; one that becomes restricted is taken from all tenants',
    permission: permissions.all,
    params: IdParams,
    body: Body,
    response: { 200: PermissionDocument },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const permission = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.all)
        const before = demandMade(found(await lockPermission(tx, params.id), 'permission'))
        const scope = body.restricted === undefined ? before.scope : body.restricted ? 'platform' : 'tenant'
        const after = { ...before, scope, description: body.description ?? before.description } as const
        const change = changesOf(before, after)
        if (change === undefined) return before
        await updatePermission(tx, after, clock())
        const payload = { ...actor(principal), id: after.id, name: after.name, ...change }
        await bus.publish(tx, { name: 'iam.permission.modified', payload })
        return after
      })
      return { status: 200, body: permissionDocument(permission) }
    },
  })
