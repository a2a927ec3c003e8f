import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { meQuery } from '../../api/queries.ts'
import type { Owner, Secret } from '../../api/secret-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { SecretSearch } from '../../search.ts'
import { ownershipOf, secretCan } from '../../secret-can.ts'
import { AccountLink, useAccountNames } from '../../ui/account-link.tsx'
import { ActionButton } from '../../ui/action-button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { TenantLink } from '../../ui/tenant-link.tsx'
import { ThingTable } from '../../ui/thing-table.tsx'

interface SecretOwnersProps {
  readonly secret: Secret
  readonly onOpen: (what: NonNullable<SecretSearch['do']>) => void
}

/** Who owns a secret: who may use it, change it and let go of it. */
export function SecretOwners({ secret, onOpen }: SecretOwnersProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const [taken, setTaken] = useState<Owner>()
  return (
    <section className="stack" aria-labelledby="owners">
      <div className="section-head">
        <h2 id="owners">Owners</h2>
        <span className="row-actions">
          <ActionButton leave={secretCan.share(me, secret)} onAction={() => onOpen('share')}>
            Share with the tenant
          </ActionButton>
          <ActionButton leave={secretCan.change(me, secret)} onAction={() => onOpen('owner')}>
            Add owner
          </ActionButton>
        </span>
      </div>
      <ThingTable
        things={secret.owners}
        columns={[
          {
            title: 'Owner',
            className: 'wrap',
            cell: ({ id, type }) => (type === 'USER' ? <AccountLink id={id} /> : <TenantLink id={id} />),
          },
          {
            title: 'Who that is',
            cell: ({ id, type }) => (type === 'TENANT' ? 'all users of the tenant' : id === me.id ? 'you' : 'a user'),
            className: 'faint wide',
          },
          {
            title: '',
            className: 'number',
            cell: (owner) => (
              <ActionButton leave={secretCan.takeOwner(me, secret)} onAction={() => setTaken(owner)}>
                Remove
              </ActionButton>
            ),
          },
        ]}
      />
      {taken && <RemoveOwner secret={secret} owner={taken} onClose={() => setTaken(undefined)} />}
    </section>
  )
}

interface RemoveOwnerProps {
  readonly secret: Secret
  readonly owner: Owner
  readonly onClose: () => void
}

function RemoveOwner({ secret: { id, name, owners }, owner, onClose }: RemoveOwnerProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const navigate = useNavigate()
  const nameOf = useAccountNames()
  const left = owners.filter((each) => each.id !== owner.id || each.type !== owner.type)
  const isLeft = me.isAdmin || ownershipOf(me, { owners: left }) !== undefined
  const who = owner.type === 'TENANT' ? 'the tenant' : owner.id === me.id ? 'yourself' : nameOf(owner.id)
  return (
    <ConfirmDialog
      title={`Remove ${who} from ${name}?`}
      action="Remove owner"
      onConfirm={() => {
        const params = { path: { id }, query: { id: owner.id, type: owner.type } }
        return answerOf(hub.DELETE('/secret-service/api/v1/secrets/{id}/owners', { params }))
      }}
      onDone={() => (isLeft ? onClose() : navigate({ ...pathTo.secrets(), replace: true }))}
      onClose={onClose}
    >
      <p>
        {owner.type === 'TENANT' ? 'Users of the tenant who own it in no other way' : 'Who owns it in no other way'} may
        not use it from then on: their flows that need it fail. {!isLeft && <strong>You will not see it again.</strong>}
      </p>
    </ConfirmDialog>
  )
}
