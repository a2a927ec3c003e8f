import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { permissionsQuery, type Role, roleChoicesQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import type { Leave } from '../../leave.ts'
import type { Choice } from '../../ui/check-list.tsx'

/** A role to tick, and how far it reaches. */
export interface RoleChoice extends Choice {
  readonly reach: 'hub' | 'tenant'
}

/** The roles that fit somebody in the tenant, with those they have ticked. */
export function useRoleChoices(tenant: string | undefined, has: readonly Role[] = []): RoleChoice[] {
  const { data: me } = useSuspenseQuery(meQuery)
  const known = useQuery({ ...roleChoicesQuery, enabled: iamCan.seeRoles(me).may }).data?.data ?? []
  const others = has.filter(({ id }) => !known.some((role) => role.id === id))
  return [...known, ...others]
    .filter((role) => role.isGlobal || role.tenant === tenant)
    .map((role) => ({
      value: role.id,
      text: role.name,
      about: role.description,
      isChosen: has.some(({ id }) => id === role.id),
      leave: iamCan.giveRole(me, role, has),
      reach: role.permissions.includes('all') ? 'hub' : 'tenant',
    }))
}

const free: Leave = { may: true }

/** The permissions that there are, by the service they belong to; `leaveOf` says which may be ticked. */
export function usePermissionChoices(
  has: readonly string[],
  leaveOf: (permission: { readonly name: string; readonly restricted: boolean }) => Leave = () => free,
): Choice[] {
  const known = useQuery(permissionsQuery).data?.data ?? []
  const others = has.filter((each) => !known.some(({ name }) => name === each))
  return [...known, ...others.map((name) => ({ name, description: 'Unknown to the hub', restricted: false }))].map(
    ({ name, description, restricted }) => {
      const isChosen = has.includes(name)
      // What is ticked can be taken away, whoever may give it.
      const leave = isChosen ? free : leaveOf({ name, restricted })
      return { value: name, text: name, about: description, group: name.split('.')[0] ?? '', isChosen, leave }
    },
  )
}
