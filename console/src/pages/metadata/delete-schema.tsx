import { useNavigate } from '@tanstack/react-router'
import { answerOf, hub } from '../../api/client.ts'
import type { Schema } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'

/** Asks before a schema goes for good. The hub says who still refers to it. */
export function DeleteSchema({ schema, onClose }: { schema: Schema; onClose: () => void }) {
  const { domainId, uri, name, version } = schema
  const navigate = useNavigate()
  const params = { path: { id: domainId, '*': uri } }
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete schema"
      onConfirm={() => answerOf(hub.DELETE('/metadata-repository/api/v1/domains/{id}/schemas/{*}', { params }))}
      onDone={() => navigate({ ...pathTo.domain(domainId), replace: true })}
      onClose={onClose}
    >
      <p>
        The schema goes for good, with {version === 1 ? 'its one version' : `all ${version} versions`}. It stays as long
        as something refers to it.
      </p>
    </ConfirmDialog>
  )
}
