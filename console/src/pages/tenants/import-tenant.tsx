import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import type { Body } from '../../api/queries.ts'
import { pathTo } from '../../path-builder.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { TextField } from '../../ui/form-fields.tsx'

type TenantFile = Body<'/iam/api/v1/tenants/import', 'post'>

/** A file that was looked at, and what is in it. */
interface Looked {
  readonly file: TenantFile
  readonly name: string
  readonly roles: number
  readonly users: number
}

/** Brings in a tenant from a file: first only looks, and then does it. */
export function ImportTenant({ onClose }: { onClose: () => unknown }) {
  const [looked, setLooked] = useState<Looked>()
  const navigate = useNavigate()
  if (looked === undefined) {
    return (
      <Dialog title="Import a tenant" onClose={onClose}>
        <Form action="Look into it" onSubmit={look} onDone={setLooked} onCancel={onClose}>
          <TextField
            label="File"
            name="file"
            type="file"
            accept="application/json,.json"
            required
            hint="One that this or another hub has exported. Nothing is changed yet: the hub only looks whether it fits."
          />
        </Form>
      </Dialog>
    )
  }
  const { name, roles, users, file } = looked
  return (
    <Dialog title={`Import ${name}?`} onClose={onClose}>
      <Form
        action="Import"
        onSubmit={() => send(file, false)}
        onDone={({ id }) => navigate({ ...pathTo.tenant(id), replace: true })}
        onCancel={onClose}
      >
        <p role="status">
          Nothing is in the way. The tenant <strong>{name}</strong> comes with {roles} {roles === 1 ? 'role' : 'roles'}{' '}
          and {users} {users === 1 ? 'user' : 'users'}, who sign in with the passwords they have.
        </p>
      </Form>
    </Dialog>
  )
}

async function look(values: FormData): Promise<Looked> {
  const file = await read(values.get('file'))
  const { name, roles, users } = await send(file, true)
  return { file, name, roles, users }
}

function send(body: TenantFile, dryRun: boolean) {
  return answerOf(hub.POST('/iam/api/v1/tenants/import', { params: { query: { dryRun } }, body }))
}

/** The hub looks at the content; here it must only be JSON. */
async function read(file: unknown): Promise<TenantFile> {
  try {
    return JSON.parse(file instanceof File ? await file.text() : '')
  } catch {
    const message = 'Must be a JSON document'
    throw new Problem(0, { title: 'The file cannot be read', detail: message, errors: [{ field: 'file', message }] })
  }
}
