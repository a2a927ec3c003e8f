/** Whether a statement failed because its row would be a second one where there must be one: the unique constraint or index of that name. */
export function isViolation(error: unknown, constraint: string): boolean {
  const failed = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return failed.code === '23505' && failed.constraint === constraint
}

/** Whether a statement failed because what its row refers to was deleted meanwhile. */
export function isReferenceGone(error: unknown): boolean {
  return ((error ?? {}) as { code?: unknown }).code === '23503'
}
