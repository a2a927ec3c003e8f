import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import type { Client } from '../../api/iam-queries.ts'
import { pathTo } from '../../path-builder.ts'
import type { ClientSearch } from '../../search.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, textOf } from '../../ui/form.tsx'
import { CheckField, ChoiceField, LinesField, TextField } from '../../ui/form-fields.tsx'
import { overlaps } from '../../ui/overlaps.ts'
import { ShownOnce } from '../../ui/shown-once.tsx'

const types = [
  ['web', 'On a server, keeps a secret'],
  ['browser', 'In a browser, keeps none'],
  ['native', 'Installed by its users, keeps none'],
  ['service', 'Acts for itself alone, no user signs in'],
] as const

/** Registers an application; shows its secret this once where it has one. */
export function NewClient({ onClose }: { onClose: () => unknown }) {
  const navigate = useNavigate()
  const [made, setMade] = useState<{ readonly id: string; readonly secret: string }>()
  const leave = (id: string) => navigate({ ...pathTo.client(id), replace: true })
  const create = (values: FormData) => {
    const type = values.get('type') as Client['type']
    return answerOf(hub.POST('/iam/api/v1/clients', { body: { ...bodyOf(values), type } }))
  }
  if (made) return <Secret value={made.secret} onClose={() => void leave(made.id)} />
  return (
    <Dialog title="Register an application" onClose={onClose}>
      <Form
        action="Register"
        onSubmit={create}
        onDone={({ id, secret }) => (secret ? setMade({ id, secret }) : leave(id))}
        onCancel={onClose}
      >
        <ChoiceField label="Kind" name="type" options={types} defaultValue="web" />
        <ClientFields />
      </Form>
    </Dialog>
  )
}

function ClientFields({ client }: { client?: Client }) {
  return (
    <>
      <TextField label="Name" name="name" required defaultValue={client?.name} hint="Users are shown it." />
      <LinesField
        label="Redirect addresses"
        name="redirectUris"
        defaultValue={client?.redirectUris.join('\n')}
        placeholder="https://app.example.com/callback"
        hint="One a line, to the letter: where users may be sent back to. A service has none."
      />
      <LinesField
        label="Addresses after a sign-out"
        name="postLogoutRedirectUris"
        rows={2}
        defaultValue={client?.postLogoutRedirectUris.join('\n')}
        hint="One a line: where users may be led to once they are signed out. None is needed."
      />
      <CheckField
        label="Trusted: users are not asked for consent"
        name="trusted"
        defaultChecked={client?.trusted}
        hint="For applications of your own."
      />
    </>
  )
}

function bodyOf(values: FormData) {
  return {
    name: String(values.get('name')),
    redirectUris: linesOf(values, 'redirectUris'),
    postLogoutRedirectUris: linesOf(values, 'postLogoutRedirectUris'),
    trusted: values.has('trusted'),
  }
}

function linesOf(values: FormData, name: string): string[] {
  const lines = String(values.get(name)).split('\n')
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

function Secret({ value, onClose }: { value: string; onClose: () => void }) {
  return <ShownOnce title="The secret" what="client secret" value={value} onClose={onClose} />
}

interface DialogProps {
  readonly client: Client
  readonly onClose: () => unknown
}

const dialogs = { change: ChangeClient, secret: NewSecret, delete: DeleteClient }

/** What is being done with an application. */
export function ClientDialogs({ doing, ...props }: DialogProps & { doing: NonNullable<ClientSearch['do']> }) {
  const Doing = dialogs[doing]
  return <Doing {...props} />
}

function ChangeClient({ client, onClose }: DialogProps) {
  const params = { path: { id: client.id } }
  return (
    <Dialog title={`Change ${client.name}`} onClose={onClose}>
      <Form
        action="Save"
        onSubmit={(values) => answerOf(hub.PATCH('/iam/api/v1/clients/{id}', { params, body: bodyOf(values) }))}
        onDone={onClose}
        onCancel={onClose}
      >
        <ClientFields client={client} />
      </Form>
    </Dialog>
  )
}

function NewSecret({ client: { id, name }, onClose }: DialogProps) {
  const [secret, setSecret] = useState<string>()
  const renew = (values: FormData) => {
    const overlap = textOf(values, 'overlap')
    const params = { path: { id }, query: { ...(overlap && { overlap }) } }
    return answerOf(hub.POST('/iam/api/v1/clients/{id}/secret', { params }))
  }
  if (secret !== undefined) return <Secret value={secret} onClose={onClose} />
  return (
    <Dialog title={`Another secret for ${name}`} onClose={onClose}>
      <Form
        action="Make another secret"
        onSubmit={renew}
        onDone={(client) => setSecret(client.secret)}
        onCancel={onClose}
      >
        <ChoiceField
          label="The secret before is good for another"
          name="overlap"
          options={[...overlaps, ['', 'no time: it is refused at once']]}
          defaultValue="1h"
          hint="Time to bring the new one to the application. Where the one before has leaked, give it none."
        />
      </Form>
    </Dialog>
  )
}

function DeleteClient({ client: { id, name }, onClose }: DialogProps) {
  const navigate = useNavigate()
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete application"
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/clients/{id}', { params: { path: { id } } }))}
      onDone={() => navigate({ ...pathTo.clients(), replace: true })}
      onClose={onClose}
    >
      <p>
        The registration goes for good, with all that users have granted it. Nobody can sign in by the application any
        more, and its tokens are void at once.
      </p>
    </ConfirmDialog>
  )
}
