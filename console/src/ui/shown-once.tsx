import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'

interface ShownOnceProps {
  readonly title: string
  /** What it is, as "token". */
  readonly what: string
  readonly value: string
  readonly note?: string
  readonly onClose: () => void
}

/** A secret that is told this once. Cannot be closed by accident. */
export function ShownOnce({ title, what, value, note, onClose }: ShownOnceProps) {
  return (
    <Dialog title={title}>
      <p>
        The {what} is <strong>shown this once</strong> and kept nowhere: copy it now. {note}
      </p>
      <p className="copy-line secret">
        <code>{value}</code>
        <CopyButton text={value} what={what} label="Copy" />
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button primary" onClick={onClose}>
          I have kept it
        </button>
      </div>
    </Dialog>
  )
}
