/** A folder of schemas: the common beginning of their paths. */
export interface SchemaFolder<T> {
  /** From the folder around; several segments where nothing else lies between. */
  readonly name: string
  /** From the domain. */
  readonly path: string
  readonly folders: readonly SchemaFolder<T>[]
  readonly schemas: readonly T[]
  /** Schemas in it and below. */
  readonly total: number
}

/** Lays schemas out by their paths; folders before schemas, each by name. Folders that hold one folder alone are one with it. */
export function treeOf<T extends { readonly uri: string }>(schemas: readonly T[]): SchemaFolder<T> {
  return layOut('', '', [...schemas].sort(byUri))
}

/** The last segment of a path. */
export function lastSegment(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1)
}

function byUri(one: { readonly uri: string }, other: { readonly uri: string }): number {
  return one.uri < other.uri ? -1 : 1
}

/** `path` is empty or ends in a slash. */
function layOut<T extends { readonly uri: string }>(
  name: string,
  path: string,
  schemas: readonly T[],
): SchemaFolder<T> {
  const own: T[] = []
  const below = new Map<string, T[]>()
  for (const schema of schemas) {
    const rest = schema.uri.slice(path.length)
    const end = rest.indexOf('/')
    const folder = rest.slice(0, end)
    if (end < 0) own.push(schema)
    else below.set(folder, [...(below.get(folder) ?? []), schema])
  }
  const folders = [...below].map(([folder, members]) => joined(layOut(folder, `${path}${folder}/`, members)))
  return { name, path, folders, schemas: own, total: schemas.length }
}

function joined<T>(folder: SchemaFolder<T>): SchemaFolder<T> {
  const [only, ...others] = folder.folders
  if (only === undefined || others.length > 0 || folder.schemas.length > 0) return folder
  return { ...only, name: `${folder.name}/${only.name}` }
}
