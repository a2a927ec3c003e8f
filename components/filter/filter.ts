import type { ExpressionContext, Message } from '../../src/services/component-orchestrator/component/component.ts'

/** Passes the message on unchanged when JSONata takes the result of the expression for true. */
export async function process(this: ExpressionContext, message: Message, fields: { expression: string }) {
  const result = this.evaluate(fields.expression, message)
  if (this.evaluate('$boolean($)', { data: result }) === true) await this.emit('data', message)
}
