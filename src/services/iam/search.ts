/** SQL: whether a text holds what is searched for, the placeholder `$n`, in whichever case; also where nothing is. */
export function holds(text: string, n: number): string {
  return `($${n}::text is null or strpos(lower(${text}), lower($${n})) > 0)`
}
