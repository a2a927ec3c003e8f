import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { meQuery } from '../api/queries.ts'
import { iamCan } from '../iam-can.ts'
import { type Actor, type Leave, yes } from '../leave.ts'
import { pathTo } from '../path-builder.ts'
import {
  AuditIcon,
  CatalogueIcon,
  ClientIcon,
  DomainIcon,
  FlowIcon,
  LiveIcon,
  PersonIcon,
  ProviderIcon,
  RoleIcon,
  RunIcon,
  SecretIcon,
  TenantIcon,
  TokenIcon,
  UsersIcon,
} from './icons.tsx'

const everybody = (): Leave => yes

/** The pages, and whom each is shown. Whoever may not see all tenants is led to the own one. */
const groups = [
  {
    title: 'Integration',
    places: [
      { name: 'Live', Icon: LiveIcon, leave: everybody, link: () => pathTo.live() },
      { name: 'Catalogue', Icon: CatalogueIcon, leave: everybody, link: () => pathTo.catalogue() },
      { name: 'Flows', Icon: FlowIcon, leave: everybody, link: () => pathTo.flows() },
      { name: 'Runs', Icon: RunIcon, leave: everybody, link: () => pathTo.runs() },
      { name: 'Secrets', Icon: SecretIcon, leave: everybody, link: () => pathTo.secrets() },
      { name: 'Providers', Icon: ProviderIcon, leave: everybody, link: () => pathTo.providers() },
      { name: 'Domains', Icon: DomainIcon, leave: everybody, link: () => pathTo.domains() },
      { name: 'Audit', Icon: AuditIcon, leave: everybody, link: () => pathTo.audit() },
    ],
  },
  {
    title: 'Access',
    places: [
      { name: 'Users', Icon: UsersIcon, leave: iamCan.seeUsers, link: () => pathTo.users() },
      { name: 'Tenants', Icon: TenantIcon, leave: iamCan.seeTenants, link: () => pathTo.tenants() },
      { name: 'Tenant', Icon: TenantIcon, leave: iamCan.seeOwnTenantAlone, link: ownTenant },
      { name: 'Roles', Icon: RoleIcon, leave: iamCan.seeRoles, link: () => pathTo.roles() },
      { name: 'Applications', Icon: ClientIcon, leave: iamCan.seeClients, link: () => pathTo.clients() },
    ],
  },
  {
    title: 'You',
    places: [
      { name: 'Tokens', Icon: TokenIcon, leave: everybody, link: () => pathTo.tokens() },
      { name: 'Account', Icon: PersonIcon, leave: everybody, link: () => pathTo.account() },
    ],
  },
]

function ownTenant({ tenant = '' }: Actor) {
  return pathTo.tenant(tenant)
}

/** The way to every page that whoever is signed in may see. */
export function Places() {
  const { data: me } = useSuspenseQuery(meQuery)
  const nav = useRef<HTMLElement>(null)
  const at = useLocation({ select: ({ pathname }) => pathname })
  // On a narrow screen they are a row that scrolls.
  useEffect(() => {
    const active = at && nav.current?.querySelector('[data-status="active"]')
    if (active) active.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [at])
  return (
    <nav ref={nav} className="places" aria-label="Pages">
      {groups.map(({ title, places }) => {
        const shown = places.filter(({ leave }) => leave(me).may)
        return (
          shown.length > 0 && (
            <div key={title} className="place-group">
              <h2>{title}</h2>
              {shown.map(({ name, Icon, link }) => (
                <Link key={name} {...link(me)} activeOptions={{ includeSearch: false }}>
                  <Icon />
                  <span>{name}</span>
                </Link>
              ))}
            </div>
          )
        )
      })}
    </nav>
  )
}
