import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouter } from '@tanstack/react-router'
import { DropdownMenu, Tooltip } from 'radix-ui'
import { useEffect, useState } from 'react'
import { meQuery } from '../api/queries.ts'
import { signOut } from '../api/session.ts'
import { DemoDialog } from '../demo/demo-dialog.tsx'
import { DemoTraffic } from '../demo/demo-traffic.tsx'
import { pathTo } from '../path-builder.ts'
import { PersonIcon } from './icons.tsx'
import { Places } from './places.tsx'
import { ProblemNotice } from './problem-notice.tsx'
import { useTenantNames } from './tenant-link.tsx'

/** What stands around every page of those who are signed in. */
export function Shell() {
  useFilterKey()
  return (
    <Tooltip.Provider>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="shell">
        <div className="side">
          <Link {...pathTo.live()} className="brand" activeProps={{ 'aria-current': undefined }}>
            <BrandMark />
            <span>Open Integration Hub</span>
          </Link>
          <Places />
          <DemoTraffic />
          <Person />
        </div>
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
        <DemoDialog />
      </div>
    </Tooltip.Provider>
  )
}

/** The sign of the hub. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" className="mark">
      <rect width="32" height="32" rx="8" />
      <path d="M11 15l9-5M11 17l9 5" />
      <circle cx="9" cy="16" r="3.4" className="full" />
      <circle cx="22.5" cy="9" r="3" />
      <circle cx="22.5" cy="23" r="3" />
    </svg>
  )
}

function Person() {
  const { data: me } = useSuspenseQuery(meQuery)
  const router = useRouter()
  const [error, setError] = useState<unknown>()
  return (
    <div className="person">
      {error !== undefined && <ProblemNotice error={error} />}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="person-button">
          <PersonIcon />
          <span>{me.username}</span>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={6} collisionPadding={8}>
            <DropdownMenu.Label className="menu-label">
              <Where />
            </DropdownMenu.Label>
            <DropdownMenu.Item asChild>
              <Link {...pathTo.account()}>Account</Link>
            </DropdownMenu.Item>
            <DropdownMenu.Item asChild>
              <a href="/docs">API documentation</a>
            </DropdownMenu.Item>
            <DropdownMenu.Item
              onSelect={() =>
                signOut().then(() => location.assign(router.buildLocation(pathTo.signIn()).href), setError)
              }
            >
              Sign out
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  )
}

function Where() {
  const { data: me } = useSuspenseQuery(meQuery)
  const nameOf = useTenantNames()
  return (me.tenant ? `Tenant ${nameOf(me.tenant)}` : 'Of no tenant') + (me.isAdmin ? ', sees every tenant' : '')
}

/** "/" leads to the main filter of a page, unless one is typing. */
function useFilterKey() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof Element && target.closest('input, textarea, select, [contenteditable]')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      const field = document.querySelector<HTMLInputElement>('[data-main-filter]')
      if (!field) return
      event.preventDefault()
      field.focus()
      field.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
