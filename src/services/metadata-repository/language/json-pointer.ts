import { ownValue } from './json-schema.ts'

/** The pointer (RFC 6901) of the member `key` of what is at `path`. */
export function pointerTo(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The keys of a pointer; undefined = it is none, as it does not begin with a slash or has a `~` that stands for nothing. */
export function pointerKeys(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What stands on the way from a value to where the keys lead, itself first; undefined = they lead to nothing. */
export function valuesOnTheWay(root: unknown, keys: readonly string[]): unknown[] | undefined {
  const values = [root]
  let current = root
  for (const key of keys) {
    if (typeof current !== 'object' || current === null) return undefined
    if (Array.isArray(current) && !/^(0|[1-9]\d*)$/.test(key)) return undefined
    if (!Object.hasOwn(current, key)) return undefined
    current = ownValue(current, key)
    values.push(current)
  }
  return values
}
