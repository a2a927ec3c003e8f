import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import type { Domain } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { DomainSearch } from '../../search.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { DomainFields, domainBody } from './domain-fields.tsx'
import { ImportSchemas } from './import-schemas.tsx'
import { NewSchema } from './new-schema.tsx'

interface DialogProps {
  readonly domain: Domain
  readonly onClose: () => void
}

const dialogs = { schema: NewSchema, import: ImportSchemas, change: ChangeDomain, delete: DeleteDomain }

/** What is being done with a domain. */
export function DomainDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<DomainSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function ChangeDomain({ domain, onClose }: DialogProps) {
  const change = (values: FormData) => {
    const params = { path: { id: domain.id } }
    return answerOf(hub.PUT('/metadata-repository/api/v1/domains/{id}', { params, body: domainBody(values, domain) }))
  }
  return (
    <Dialog title={`Change ${domain.name}`} onClose={onClose}>
      <Form action="Save" onSubmit={change} onDone={onClose} onCancel={onClose}>
        <DomainFields domain={domain} />
      </Form>
    </Dialog>
  )
}

function DeleteDomain({ domain: { id, name }, onClose }: DialogProps) {
  const navigate = useNavigate()
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete domain"
      typed={name}
      onConfirm={() => answerOf(hub.DELETE('/metadata-repository/api/v1/domains/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.domains(), replace: true })}
      onClose={onClose}
    >
      <p>
        The domain goes for good, with <strong>all its schemas</strong> and their versions. It stays as long as schemas
        of other domains refer to one of these.
      </p>
    </ConfirmDialog>
  )
}
