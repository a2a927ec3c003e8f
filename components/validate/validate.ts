import { TerminalError } from '#lib/errors'
import type {
  DocumentFault,
  HostContext,
  Message,
} from '../../src/services/component-orchestrator/component/component.ts'

/** The fields of the action as in component.json. */
export interface ValidateFields {
  readonly schema: string
  readonly onInvalid?: 'fail' | 'drop' | 'mark'
}

/** How many errors are told. */
const mostTold = 20
/** Characters of each text: it may quote names of the document. */
const longestText = 200

/** Sends the message on when its data is valid. Otherwise `onInvalid` says whether it fails, ends here, or goes on with the errors. */
export async function process(this: HostContext, message: Message, { schema, onInvalid = 'fail' }: ValidateFields) {
  const { valid, errors: all } = await this.schemas.validate(schema, message.data)
  const errors = all.slice(0, mostTold).map(shortened)
  if (onInvalid === 'mark') return { ...message, metadata: { ...message.metadata, validation: { valid, errors } } }
  if (valid) return message
  if (onInvalid === 'drop') return undefined
  const told = errors.map(({ path, message }) => `${path === '' ? '' : `"${path}" `}${message}`).join('; ')
  const more = all.length > errors.length ? `; and ${all.length - errors.length} more` : ''
  throw new TerminalError(`The data must be valid by schema "${schema}": ${told}${more}`)
}

function shortened({ path, schemaPath, keyword, message }: DocumentFault): DocumentFault {
  return { path: short(path), schemaPath: short(schemaPath), keyword, message: short(message) }
}

function short(text: string): string {
  return text.slice(0, longestText).toWellFormed()
}
