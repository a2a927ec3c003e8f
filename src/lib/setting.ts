import ipaddr from 'ipaddr.js'

/** One `OIH_…` variable: its name, how its text becomes a value, and the line it has in the table. */
export interface Setting<T> {
  readonly name: string
  /** One sentence for the table. */
  readonly about: string
  /** Never shown in a message or the table, and readable from the file that `<name>_FILE` names. */
  readonly secret: boolean
  readonly required: boolean
  /** Used when the variable is unset; `undefined` when there is none. */
  readonly fallback: T
  /** The default as it would be written in the environment; empty when there is none. */
  readonly shownDefault: string
  /** Throws an `Error` whose message continues the name: `must be …`. */
  readonly parse: (text: string) => unknown
}

/** What every kind of setting takes. `default` and `required: true` both take `undefined` out of the value's type. */
export interface SettingOptions<T> {
  readonly about: string
  readonly default?: T
  readonly required?: true
  readonly secret?: true
}

type ValueOf<T, O> = O extends { readonly default: unknown } | { readonly required: true } ? T : T | undefined

interface Kind<T> {
  parse(text: string): T
  show?(value: T): string
}

function setting<T, O extends SettingOptions<T>>(name: string, options: O, kind: Kind<T>): Setting<ValueOf<T, O>> {
  if (!/^OIH_[A-Z0-9_]+$/.test(name) || name.endsWith('_FILE')) {
    throw new Error(`Cannot define setting "${name}" as a name must match OIH_[A-Z0-9_]+ and not end in _FILE`)
  }
  const { default: fallback } = options
  const show = kind.show ?? String
  return {
    name,
    about: options.about,
    secret: options.secret === true,
    required: options.required === true,
    fallback: fallback as ValueOf<T, O>,
    shownDefault: fallback === undefined ? '' : show(fallback),
    parse: kind.parse,
  }
}

/** Any text; `pattern` must match the whole of it. Spaces around it are kept. */
export function text<const O extends SettingOptions<string> & { readonly pattern?: RegExp }>(name: string, options: O) {
  return setting<string, O>(name, options, {
    parse(value) {
      if (options.pattern && !options.pattern.test(value)) throw new Error(`must match ${options.pattern.source}`)
      return value
    },
  })
}

/** A text that is never shown, with a `…_FILE` variant. One line break at the end of the file is not part of it. */
export function secret<const O extends Omit<SettingOptions<string>, 'default' | 'secret'>>(name: string, options: O) {
  return text(name, { ...options, secret: true })
}

/** A whole number in decimal digits, `min` and `max` included. */
export function integer<const O extends SettingOptions<number> & { readonly min?: number; readonly max?: number }>(
  name: string,
  options: O,
) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options
  const bounds = rangeText(options.min, options.max)
  return setting<number, O>(name, options, {
    parse(value) {
      const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
      if (!(number >= min && number <= max)) throw new Error(`must be a whole number${bounds}`)
      return number
    },
  })
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` not below ${min}`
  return max === undefined ? '' : ` not above ${max}`
}

const booleans = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
])

/** `true`, `1`, `yes`, `on` or `false`, `0`, `no`, `off`, in any case. */
export function boolean<const O extends SettingOptions<boolean>>(name: string, options: O) {
  return setting<boolean, O>(name, options, {
    parse(value) {
      const found = booleans.get(value.toLowerCase())
      if (found === undefined) throw new Error('must be "true" or "false"')
      return found
    },
  })
}

/** Exactly one of `choices`. */
export function choice<const C extends string, const O extends SettingOptions<NoInfer<C>>>(
  name: string,
  choices: readonly C[],
  options: O,
) {
  return setting<C, O>(name, options, { parse: (value) => oneOf(choices, value) })
}

function oneOf<C extends string>(choices: readonly C[], value: string): C {
  const found = choices.find((each) => each === value)
  if (found === undefined) throw new Error(`must be one of ${choices.map((each) => `"${each}"`).join(', ')}`)
  return found
}

/** Comma-separated items; spaces around an item and empty items are dropped. With `choices` each must be one of them. */
export function list<
  const C extends string = string,
  const O extends SettingOptions<readonly NoInfer<C>[]> = SettingOptions<readonly NoInfer<C>[]>,
>(name: string, options: O & { readonly choices?: readonly C[] }) {
  const { choices } = options
  return setting<readonly C[], O>(name, options, {
    parse: (value) => itemsOf(value).map((item) => (choices ? oneOf(choices, item) : (item as C))),
    show: (items) => items.join(','),
  })
}

function itemsOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Comma-separated address ranges (`10.0.0.0/8,::1`); an address without a length is that one address. */
export function cidrs<const O extends SettingOptions<readonly string[]>>(name: string, options: O) {
  return setting<readonly string[], O>(name, options, {
    parse: (value) => itemsOf(value).map(cidrOf),
    show: (ranges) => ranges.join(','),
  })
}

/** The range in one spelling. Octal, hexadecimal and shortened IPv4 forms are refused, as readers disagree about them. */
function cidrOf(item: string): string {
  const [address = '', length, ...rest] = item.split('/')
  const kind = ipaddr.IPv4.isValidFourPartDecimal(address) ? 4 : ipaddr.IPv6.isValid(address) ? 6 : undefined
  const longest = kind === 4 ? 32 : 128
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  if (kind === undefined || rest.length > 0 || !(bits <= longest)) {
    throw new Error(`must be address ranges like "10.0.0.0/8": "${item}" is none`)
  }
  return `${ipaddr.parse(address).toString()}/${bits}`
}

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A length of time such as `500ms`, `30s`, `5m`, `12h`, `7d`; the value, `default`, `min` and `max` are milliseconds. */
export function duration<const O extends SettingOptions<number> & { readonly min?: number; readonly max?: number }>(
  name: string,
  options: O,
) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  return setting<number, O>(name, options, {
    parse(value) {
      const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(value) ?? []
      const ms = digits === undefined ? Number.NaN : Number(digits) * units[unit as keyof typeof units]
      if (!(ms >= min && ms <= max)) {
        const from = options.min === undefined ? '' : ` not below ${durationText(min)}`
        const to = options.max === undefined ? '' : ` not above ${durationText(max)}`
        throw new Error(`must be a duration like "500ms", "30s", "5m", "12h" or "7d"${from}${to}`)
      }
      return ms
    },
    show: durationText,
  })
}

function durationText(ms: number): string {
  for (const [unit, size] of Object.entries(units)) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  return `${ms}ms`
}

/** An absolute URL, kept as written. `protocols` are compared without the colon (`['http', 'https']`). */
export function url<const O extends SettingOptions<string> & { readonly protocols?: readonly string[] }>(
  name: string,
  options: O,
) {
  const { protocols } = options
  return setting<string, O>(name, options, {
    parse(value) {
      const protocol = URL.parse(value)?.protocol.slice(0, -1)
      if (protocol === undefined || (protocols && !protocols.includes(protocol))) {
        throw new Error(`must be a URL${protocols ? ` that begins with ${protocols.join(': or ')}:` : ''}`)
      }
      return value
    },
  })
}

/** The origin under which something is reached: `http` or `https`, host and port, and nothing behind. Kept as browsers write it. */
export function origin<const O extends SettingOptions<string>>(name: string, options: O) {
  return setting<string, O>(name, options, {
    parse(value) {
      const url = URL.parse(value)
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
      if (!isOrigin) throw new Error('must be like "https://hub.example.org", with nothing behind host and port')
      return url.origin
    },
  })
}
