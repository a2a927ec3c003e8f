import type { ExpressionContext, Message } from '../../src/services/component-orchestrator/component/component.ts'

/** One message for each element of the result, or for the result itself if it is no array. */
export async function process(this: ExpressionContext, message: Message, fields: { expression?: string }) {
  const result = this.evaluate(fields.expression ?? '$', message)
  if (result === undefined) return
  const { metadata, attachments } = message
  for (const data of Array.isArray(result) ? result : [result]) {
    await this.emit('data', { data, metadata, attachments })
  }
}
