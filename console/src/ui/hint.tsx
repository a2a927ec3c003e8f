import { Tooltip } from 'radix-ui'
import type { ReactElement } from 'react'

/** A sentence that appears when one points at something or reaches it by the keyboard. Without text the thing alone. */
export function Hint({ text, children }: { text: string | undefined; children: ReactElement }) {
  if (text === undefined) return children
  return (
    <Tooltip.Root delayDuration={150}>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
