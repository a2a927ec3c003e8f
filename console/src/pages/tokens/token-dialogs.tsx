import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, hub } from '../../api/client.ts'
import type { Token } from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { acrossHub, within } from '../../leave.ts'
import { CheckList } from '../../ui/check-list.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { chosenOf, Form, textOf } from '../../ui/form.tsx'
import { ChoiceField, TextField } from '../../ui/form-fields.tsx'
import { overlaps } from '../../ui/overlaps.ts'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { usePermissionChoices } from '../users/role-choices.ts'
import { tokenName } from './token-name.ts'

const lifespans = [
  ['1h', 'in an hour'],
  ['1d', 'in a day'],
  ['7d', 'in a week'],
  ['30d', 'in 30 days'],
  ['90d', 'in 90 days'],
  ['1y', 'in a year'],
  ['-1', 'when it is revoked'],
] as const

/** Makes a token of one's own, and shows its value this once. */
export function NewToken({ onClose }: { onClose: () => unknown }) {
  const [value, setValue] = useState<string>()
  const { data: me } = useSuspenseQuery(meQuery)
  const permissions = usePermissionChoices([], ({ name, restricted }) =>
    restricted ? acrossHub(me, name) : within(me, name),
  )
  const create = (values: FormData) => {
    const scope = chosenOf(values, 'scope')
    const [inquirer, description] = [textOf(values, 'inquirer'), textOf(values, 'description')]
    const expiresIn = String(values.get('expiresIn'))
    const body = {
      new: true,
      expiresIn: expiresIn === '-1' ? (-1 as const) : expiresIn,
      ...(inquirer && { inquirer }),
      ...(description && { description }),
      ...(scope.length > 0 && { scope }),
    }
    return answerOf(hub.POST('/iam/api/v1/tokens', { body }))
  }
  if (value !== undefined) return <NewValue value={value} onClose={onClose} />
  return (
    <Dialog title="New token" onClose={onClose}>
      <Form action="Make token" onSubmit={create} onDone={({ token }) => setValue(token)} onCancel={onClose}>
        <TextField label="What it is for" name="inquirer" required placeholder="for example nightly import" />
        <TextField label="Note" name="description" />
        <ChoiceField label="Ends" name="expiresIn" options={lifespans} defaultValue="90d" />
        <CheckList
          legend="Allows"
          name="scope"
          choices={permissions}
          hint="Nothing ticked: all that you may do, also what you may do later. What you lose, the token loses."
        />
      </Form>
    </Dialog>
  )
}

/** Gives a token another value; the older ones stay good for a while, so that nothing stands still. */
export function RotateToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const [value, setValue] = useState<string>()
  const rotate = (values: FormData) => {
    const body = { overlap: String(values.get('overlap')) }
    return answerOf(hub.POST('/iam/api/v1/tokens/{id}/values', { params: { path: { id: token.id } }, body }))
  }
  if (value !== undefined) return <NewValue value={value} onClose={onClose} />
  return (
    <Dialog title={`Rotate ${tokenName(token)}`} onClose={onClose}>
      <Form action="Rotate" onSubmit={rotate} onDone={(issued) => setValue(issued.token)} onCancel={onClose}>
        <ChoiceField
          label="The older value is good for another"
          name="overlap"
          options={overlaps}
          defaultValue="1h"
          hint="Time to bring the new value to the programs that use the token."
        />
      </Form>
    </Dialog>
  )
}

function NewValue({ value, onClose }: { value: string; onClose: () => unknown }) {
  const client = useQueryClient()
  const close = () => {
    onClose()
    void client.invalidateQueries({ queryKey: ['tokens'] })
  }
  return (
    <ShownOnce
      title="The token"
      what="token"
      value={value}
      note="Programs send it as “authorization: Bearer …”."
      onClose={close}
    />
  )
}

/** Ends a token or a login. */
export function RevokeToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const { id, type } = token
  const isLogin = type === 'SELF'
  return (
    <ConfirmDialog
      title={isLogin ? 'End this login?' : `Revoke ${tokenName(token)}?`}
      action={isLogin ? 'End login' : 'Revoke token'}
      onConfirm={() => answerOf(hub.DELETE('/iam/api/v1/tokens/{id}', { params: { path: { id } } }))}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        {isLogin
          ? 'Whoever uses it is signed out within a second, and can sign in again.'
          : 'Whatever uses it is refused within a second. It cannot be brought back.'}
      </p>
    </ConfirmDialog>
  )
}
