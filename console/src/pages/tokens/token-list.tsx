import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type Token, tokensQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { AccountLink } from '../../ui/account-link.tsx'
import { ActionButton } from '../../ui/action-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { type Column, ThingList } from '../../ui/thing-table.tsx'
import { RevokeToken, RotateToken } from './token-dialogs.tsx'
import { tokenName } from './token-name.ts'

interface TokenListProps {
  /** An account; undefined for all that an administrator of the hub sees. */
  readonly of: string | undefined
  readonly page?: number | undefined
  readonly onPage?: (page: number) => void
}

/** Tokens and logins, the newest first, with what may be done with each. */
export function TokenList({ of, page: given, onPage }: TokenListProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const isSeen = of === me.id || iamCan.seeTokensOfOthers(me).may
  const [ownPage, setOwnPage] = useState(1)
  const [done, setDone] = useState<{ readonly token: Token; readonly what: 'revoke' | 'rotate' }>()
  const page = onPage ? given : ownPage
  const query = useQuery({ ...tokensQuery({ account: of, page }), enabled: isSeen })
  if (!isSeen) return <p className="faint">You may not see them: you lack the permission “tenant.tokens.read”.</p>
  const actions: Column<Token> = {
    title: '',
    className: 'number',
    cell: (token) => (
      <span className="row-actions">
        {token.type !== 'SELF' && token.type !== 'DELEGATE' && (
          <ActionButton leave={iamCan.rotateToken(me, token)} onAction={() => setDone({ token, what: 'rotate' })}>
            Rotate
          </ActionButton>
        )}
        <ActionButton leave={iamCan.revokeToken(me, token)} onAction={() => setDone({ token, what: 'revoke' })}>
          {token.type === 'SELF' ? 'End' : 'Revoke'}
        </ActionButton>
      </span>
    ),
  }
  const close = () => setDone(undefined)
  return (
    <>
      <ThingList
        query={query}
        columns={[...(of === undefined ? [nameColumn, accountColumn] : [nameColumn]), ...columns, actions]}
        names={['token or login', 'tokens and logins']}
        onPage={onPage ?? setOwnPage}
        ways={['Newer', 'Older']}
        empty={<NoToken />}
      />
      {done?.what === 'rotate' && <RotateToken token={done.token} onClose={close} />}
      {done?.what === 'revoke' && <RevokeToken token={done.token} onClose={close} />}
    </>
  )
}

function NoToken() {
  return (
    <EmptyState title="No token and no login">
      <p>Whoever signs in has a login; tokens are made for programs, on the page “Tokens and logins”.</p>
    </EmptyState>
  )
}

const nameColumn: Column<Token> = {
  title: 'Token',
  className: 'wrap',
  cell: (token) => (
    <>
      <strong>{tokenName(token)}</strong> {token.isCurrent && <span className="badge good">this one</span>}
      {token.values > 1 && <span className="badge wait">{token.values} values</span>}
      <br />
      <small className="faint" title={token.id}>
        {token.description && `${token.description} · `}made <Moment at={token.createdAt} />
      </small>
    </>
  ),
}

const accountColumn: Column<Token> = {
  title: 'Of',
  cell: ({ accountId }) => <AccountLink id={accountId} />,
}

const columns: readonly Column<Token>[] = [
  { title: 'Tenant', cell: ({ tenant }) => <TenantLink id={tenant} />, className: 'wide' },
  { title: 'Allows', cell: allowsText, className: 'wrap wide' },
  {
    title: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} /> : 'never'),
    className: 'faint wide',
  },
  { title: 'Ends', cell: ({ expireAt }) => (expireAt ? <Moment at={expireAt} /> : 'when revoked'), className: 'faint' },
]

function allowsText({ scope, permissions }: Token): ReactNode {
  if (scope === undefined) return 'all that it may'
  const names = [...scope, ...permissions]
  if (names.length === 0) return 'nothing'
  const [first = ''] = names
  return (
    <span title={names.join('\n')}>
      <code>{first}</code>
      {names.length > 1 && ` and ${names.length - 1} more`}
    </span>
  )
}
