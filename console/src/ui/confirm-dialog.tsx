import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
import { Form } from './form.tsx'
import { TextField } from './form-fields.tsx'

interface ConfirmDialogProps {
  readonly title: string
  /** What the button says. */
  readonly action: string
  readonly onConfirm: () => Promise<unknown>
  readonly onDone: () => unknown
  readonly onClose: () => void
  /** To be typed first, for what takes much with it. */
  readonly typed?: string
  /** What goes. */
  readonly children: ReactNode
}

/** Asks once more before something goes for good. */
export function ConfirmDialog({ title, action, onConfirm, onDone, onClose, typed, children }: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Form action={action} onSubmit={onConfirm} onDone={onDone} onCancel={onClose} tone="danger">
        {children}
        {typed && (
          <TextField
            label={`Type “${typed}” to confirm`}
            name="typed"
            required
            pattern={typed.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}
            title={typed}
          />
        )}
      </Form>
    </Dialog>
  )
}
