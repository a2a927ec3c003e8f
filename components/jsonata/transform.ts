import type { ExpressionContext, Message } from '../../src/services/component-orchestrator/component/component.ts'

/** One message with the result of the expression as data; what a webhook added to the message stays behind. */
export async function process(this: ExpressionContext, message: Message, fields: { expression: string }) {
  const data = this.evaluate(fields.expression, message)
  if (data === undefined) return
  const { metadata, attachments } = message
  await this.emit('data', { data, metadata, attachments })
}
