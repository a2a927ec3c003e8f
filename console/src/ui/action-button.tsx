import type { ReactNode } from 'react'
import type { Leave } from '../leave.ts'
import { Hint } from './hint.tsx'

interface ActionButtonProps {
  readonly leave: Leave
  readonly isBusy?: boolean
  readonly onAction: () => void
  readonly tone?: 'primary' | 'plain' | 'quiet'
  readonly children: ReactNode
}

/** A button for what may be done only sometimes: where not, it can still be reached and says why. */
export function ActionButton({ leave, isBusy = false, onAction, tone = 'plain', children }: ActionButtonProps) {
  const isOff = !leave.may || isBusy
  return (
    <Hint text={leave.may ? undefined : leave.reason}>
      <button
        type="button"
        className={`button ${tone}`}
        aria-disabled={isOff}
        onClick={() => {
          if (!isOff) onAction()
        }}
      >
        {children}
      </button>
    </Hint>
  )
}
