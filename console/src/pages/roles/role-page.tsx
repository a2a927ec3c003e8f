import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import { permissionsQuery, type Role, roleQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import type { RoleSearch } from '../../search.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ShortId } from '../../ui/short-id.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { usePageSearch } from '../../ui/use-page-search.ts'
import { RoleDialogs } from './role-dialogs.tsx'

const route = getRouteApi('/inside/roles/$roleId')

/** One role: what it gives, and to whom. */
export function RolePage() {
  const { roleId } = route.useParams()
  const query = useQuery(roleQuery(roleId))
  return (
    <div className="page">
      <p className="crumbs">
        <Link {...pathTo.roles()}>Roles</Link>
      </p>
      <Loaded query={query} title="Role">
        {(role) => <RoleView key={role.id} role={role} />}
      </Loaded>
    </div>
  )
}

function RoleView({ role }: { role: Role }) {
  const search = route.useSearch()
  const { data: me } = useSuspenseQuery(meQuery)
  const to = useCallback((changed: RoleSearch) => pathTo.role(role.id, changed), [role.id])
  const { open, close } = usePageSearch<RoleSearch>(search, to)
  return (
    <>
      <PageHead title={role.name}>
        <ActionButton leave={iamCan.changeRole(me, role)} onAction={() => open('change')}>
          Change
        </ActionButton>
        <ActionButton leave={iamCan.deleteRole(me, role)} onAction={() => open('delete')}>
          Delete
        </ActionButton>
      </PageHead>
      {role.description && <p>{role.description}</p>}
      <section className="card pad" aria-label="Details">
        <Facts>
          <Fact name="Role">
            <ShortId id={role.id} what="role id" />
          </Fact>
          <Fact name="Of">
            {role.isGlobal ? 'the hub: the same for every tenant' : <TenantLink id={role.tenant} />}
          </Fact>
        </Facts>
        {iamCan.seeUsers(me).may && (
          <p className="links">
            <Link {...pathTo.users({ role: role.id })}>Who has it</Link>
          </p>
        )}
      </section>
      <Gives permissions={role.permissions} />
      {search.do && <RoleDialogs role={role} doing={search.do} onClose={close} />}
    </>
  )
}

function Gives({ permissions }: Pick<Role, 'permissions'>) {
  const known = useQuery(permissionsQuery).data?.data ?? []
  const descriptions = new Map(known.map(({ name, description }) => [name, description]))
  return (
    <section className="card" aria-labelledby="gives">
      <h2 id="gives">What it gives</h2>
      {permissions.length === 0 ? (
        <p className="pad faint">Nothing yet: change the role, and tick what it is to give.</p>
      ) : (
        <ul className="rows">
          {permissions.map((name) => (
            <li key={name} className="pair">
              <code>{name}</code> <span>{descriptions.get(name)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
