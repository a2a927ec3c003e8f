import { type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from 'react'
import { CloseIcon } from './icons.tsx'

interface DialogProps {
  readonly title: string
  /** Without it the dialog cannot be closed by accident: what it shows is shown only there. */
  readonly onClose?: (() => void) | undefined
  readonly children: ReactNode
}

/** What stands before everything else until it is done or given up. The keyboard stays within, and afterwards goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>(firstThings)?.focus()
    return () => dialog?.close()
  }, [])
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault()
    onClose?.()
  }
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      onCancel={cancel}
      onKeyDown={onClose ? undefined : keepOpen}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        {onClose && (
          <button type="button" className="icon-button" title="Close" onClick={onClose}>
            <CloseIcon />
            <span className="hidden">Close</span>
          </button>
        )}
      </div>
      {children}
    </dialog>
  )
}

/** Where the keyboard is at first: in the first field, or at the first button below the text. */
const firstThings = ':is(input, select, textarea):not(:disabled), .dialog-buttons button'

/** Browsers let a second Escape through whatever `cancel` is answered. */
function keepOpen(event: SyntheticEvent & { readonly key: string }) {
  if (event.key === 'Escape') event.preventDefault()
}
