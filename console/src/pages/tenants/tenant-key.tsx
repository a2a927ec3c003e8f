import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { type Tenant, tenantKeyQuery } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'

interface KeyProps {
  readonly tenant: Tenant
  readonly onClose: () => unknown
}

/** The key by which services encrypt for a tenant: shows, sets and deletes it. */
export function TenantKey({ tenant, onClose }: KeyProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const query = useQuery(tenantKeyQuery(tenant.id))
  const [isLeaving, setLeaving] = useState(false)
  const params = { path: { id: tenant.id } }
  const set = (values: FormData) => {
    const body = { value: String(values.get('value')) }
    return answerOf(hub.POST('/iam/api/v1/tenants/{id}/key', { params, body }))
  }
  if (isLeaving) return <DeleteKey tenant={tenant} onClose={onClose} />
  return (
    <Dialog title={`The key of ${tenant.name}`} onClose={onClose}>
      <p>Services that encrypt for the tenant ask the hub for it. What is encrypted by it can be read by no other.</p>
      <Loaded query={query}>
        {({ key }) =>
          key === null ? (
            <p className="faint">There is none yet.</p>
          ) : (
            <>
              <p className="copy-line secret">
                <code>{key}</code>
                <CopyButton text={key} what="key" label="Copy" />
              </p>
              <div>
                <ActionButton leave={iamCan.deleteKey(me)} onAction={() => setLeaving(true)}>
                  Delete key
                </ActionButton>
              </div>
            </>
          )
        }
      </Loaded>
      {iamCan.setKey(me).may && (
        <Form action="Set key" onSubmit={set} onDone={onClose} onCancel={onClose}>
          <TextField
            label="Another key"
            name="value"
            required
            hint="Takes the place of the one before: keep that for as long as anything is encrypted by it."
          />
        </Form>
      )}
    </Dialog>
  )
}

function DeleteKey({ tenant: { id, name }, onClose }: KeyProps) {
  return (
    <ConfirmDialog
      title={`Delete the key of ${name}?`}
      action="Delete key"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/tenants/{id}/key', { params: { path: { id } } }))}
      onDone={onClose}
      onClose={() => void onClose()}
    >
      <p>The hub forgets it for good. Whatever is encrypted by it can be read only by whoever has kept the key.</p>
    </ConfirmDialog>
  )
}
