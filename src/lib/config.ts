import { readFileSync } from 'node:fs'
import { messageOf } from './errors.ts'
import type { Setting } from './setting.ts'

/** What a module declares, and what each kind of setting takes. */
export type { Setting, SettingOptions } from './setting.ts'
/** The kinds of settings. */
export { boolean, choice, cidrs, duration, integer, list, origin, secret, text, url } from './setting.ts'

/** The settings of one module, by the name the code uses for each. */
export type ConfigTable = Readonly<Record<string, Setting<unknown>>>

/** The values of one table. */
export type ConfigValues<T extends ConfigTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never
}

/** Where the variables come from: only the process entry passes the real environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** All that is wrong with the configuration, at once. No message holds the value of a secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Cannot read the configuration:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Declares the settings of one module; only gives them their precise type. */
export function defineConfig<const T extends ConfigTable>(table: T): T {
  return table
}

/**
 * Turns an environment into one readonly value per table, or throws a `ConfigError` that lists every problem: bad and missing
 * values, unknown `OIH_…` variables, a variable beside its `…_FILE`, unreadable files. An empty variable counts as unset.
 */
export function readConfig<const T extends Readonly<Record<string, ConfigTable>>>(
  tables: T,
  env: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): { readonly [K in keyof T]: ConfigValues<T[K]> } {
  const problems: string[] = []
  const read = (setting: Setting<unknown>) => {
    try {
      return readSetting(setting, env, readFile)
    } catch (error) {
      problems.push(messageOf(error))
      return undefined
    }
  }
  const values = mapValues(tables, (table) => Object.freeze(mapValues(table, read)))
  problems.push(...unknownVariables(settingsOf(tables), env))
  if (problems.length > 0) throw new ConfigError(problems)
  // mapValues keeps the keys, and `read` gives each setting's own type: the compiler cannot see the second.
  return Object.freeze(values) as { readonly [K in keyof T]: ConfigValues<T[K]> }
}

/** One line of the table of variables. */
export interface ConfigRow {
  readonly name: string
  /** As it would be written; empty when there is none. */
  readonly default: string
  readonly about: string
  readonly secret: boolean
  readonly required: boolean
}

/** Every variable of the tables, by name, for the README and `--check-config`. */
export function configTable(tables: Readonly<Record<string, ConfigTable>>): ConfigRow[] {
  return settingsOf(tables)
    .map(({ name, shownDefault, about, secret, required }) => {
      return { name, default: secret ? '' : shownDefault, about, secret, required }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function mapValues<V, R>(record: Readonly<Record<string, V>>, map: (value: V) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

/** The settings of all tables. Two tables may share a setting, but not define one variable twice. */
function settingsOf(tables: Readonly<Record<string, ConfigTable>>): Setting<unknown>[] {
  const byName = new Map<string, Setting<unknown>>()
  for (const setting of Object.values(tables).flatMap((table) => Object.values(table))) {
    const other = byName.get(setting.name)
    if (other && other !== setting) throw new Error(`Cannot define setting "${setting.name}" twice`)
    byName.set(setting.name, setting)
  }
  return [...byName.values()]
}

function readSetting(setting: Setting<unknown>, env: Environment, readFile: (path: string) => string): unknown {
  const written = textOf(setting, env, readFile)
  if (written === undefined) {
    if (setting.required) throw new Error(`${setting.name} must be set: ${setting.about}`)
    return setting.fallback
  }
  try {
    const value = setting.parse(written)
    return Array.isArray(value) ? Object.freeze(value) : value
  } catch (error) {
    // A parser's message may name the part of the value it stumbled over: a secret gets a message without it.
    if (setting.secret) throw new Error(`${setting.name} does not have the required form`)
    throw new Error(`${setting.name} ${messageOf(error)}: got "${written.slice(0, 200)}"`)
  }
}

/** The text of a setting from its variable or its file; `undefined` when neither is set. */
function textOf(
  { name, secret }: Setting<unknown>,
  env: Environment,
  readFile: (path: string) => string,
): string | undefined {
  const direct = env[name] || undefined
  const path = (secret && env[`${name}_FILE`]) || undefined
  if (path === undefined) return direct
  if (direct !== undefined) throw new Error(`Only one of ${name} and ${name}_FILE may be set`)
  let content: string
  try {
    content = readFile(path).replace(/\r?\n$/, '')
  } catch (error) {
    throw new Error(`Cannot read the file of ${name}_FILE: ${messageOf(error)}`)
  }
  if (content === '') throw new Error(`The file of ${name}_FILE must not be empty: "${path}"`)
  return content
}

function unknownVariables(settings: readonly Setting<unknown>[], env: Environment): string[] {
  const known = new Set(settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])))
  return Object.keys(env)
    .filter((name) => name.startsWith('OIH_') && env[name] && !known.has(name))
    .map((name) => {
      const base = name.replace(/_FILE$/, '')
      if (known.has(base)) return `Unknown variable ${name}: only secrets can come from a file, and ${base} is none`
      const nearest = nearestOf(name, known)
      return `Unknown variable ${name}${nearest === undefined ? '' : `: did you mean ${nearest}?`}`
    })
}

/** The known name that needs the fewest edits, if these are few enough to be a slip. */
function nearestOf(name: string, known: Iterable<string>): string | undefined {
  const [best] = [...known]
    .map((each) => ({ each, distance: editDistance(name, each) }))
    .toSorted((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.max(2, name.length / 4) ? best.each : undefined
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, right] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
