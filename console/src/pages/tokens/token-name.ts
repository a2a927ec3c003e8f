import type { Token } from '../../api/iam-queries.ts'

/** What a token is called. */
export function tokenName({ type, inquirer, flowId }: Token): string {
  if (type === 'SELF') return 'Login'
  if (flowId !== undefined) return 'Run of a flow'
  return inquirer ?? 'Token without a name'
}
