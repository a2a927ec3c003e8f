import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, createContext, runInContext } from 'node:vm'

/** What is let out of the realm in which expressions are evaluated. All objects it gives belong to that realm. */
export interface Sandbox {
  parse(json: string): unknown
  /** Throws what JSONata throws: an object with `message`, and often `position` and `token`. */
  evaluate(expression: string, message: { readonly data: unknown }): unknown
}

/**
 * Creates a realm with JSONata in it and nothing of Node: there is no `process`, `require` or `import`, and no code is made from
 * strings. JSONata itself reads own properties only; should an expression get hold of a constructor nevertheless, it is one of
 * this realm and leads nowhere. Prototypes cannot be changed, so evaluations cannot leave anything for those that follow.
 */
export function createSandbox(): Sandbox {
  const realm = createContext(constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } })
  const source = readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8')
  runInContext(`(${prepareRealm})()`, realm)
  runInContext(source, realm, { filename: 'jsonata.js' })
  return runInContext(`(${createEvaluator})()`, realm)
}

/** Runs inside the realm from its source text, and so may use nothing from outside its body. */
function prepareRealm(): void {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

  function encode(text: string): string {
    let out = ''
    for (let i = 0; i < text.length; i += 3) {
      const bits =
        ((text.charCodeAt(i) & 255) << 16) | ((text.charCodeAt(i + 1) & 255) << 8) | (text.charCodeAt(i + 2) & 255)
      const group = [18, 12, 6, 0].map((shift) => digits.charAt((bits >> shift) & 63)).join('')
      out += group.slice(0, Math.min(text.length - i, 3) + 1).padEnd(4, '=')
    }
    return out
  }

  function decode(text: string): string {
    let out = ''
    let bits = 0
    let count = 0
    for (const char of text.replace(/-/g, '+').replace(/_/g, '/')) {
      const digit = digits.indexOf(char)
      if (char === '=') break
      if (digit < 0) continue
      bits = ((bits << 6) | digit) & 0xffffff
      count += 6
      if (count >= 8) {
        count -= 8
        out += String.fromCharCode((bits >> count) & 255)
      }
    }
    return out
  }

  // JSONata looks for these two where browsers have them; without a window it would want Node's Buffer.
  Object.assign(globalThis, { window: globalThis, btoa: encode, atob: decode })

  // Data may have keys of these names, and they must be nothing but data.
  for (const name of [
    '__proto__',
    'constructor',
    '__defineGetter__',
    '__defineSetter__',
    '__lookupGetter__',
    '__lookupSetter__',
  ]) {
    Reflect.deleteProperty(Object.prototype, name)
  }
  Object.preventExtensions(Object.prototype)
  for (const intrinsic of [Array, Function, String, Number, Boolean, RegExp, Date, Error, Map, Set, Promise]) {
    Object.freeze(intrinsic.prototype)
    Object.freeze(intrinsic)
  }
  for (const intrinsic of [Object, JSON, Math, Reflect]) Object.freeze(intrinsic)
}

/** Runs inside the realm like `prepareRealm`. Compiled expressions are kept, the least recently used one goes first. */
function createEvaluator(): Sandbox {
  const maxCompiled = 500
  const { jsonata } = globalThis as unknown as {
    jsonata(text: string): { evaluate(input: unknown, bindings: object): unknown }
  }
  const compiled = new Map<string, ReturnType<typeof jsonata>>()

  function compile(expression: string) {
    const known = compiled.get(expression)
    if (known) compiled.delete(expression)
    const program = known ?? jsonata(expression)
    compiled.set(expression, program)
    if (compiled.size > maxCompiled) compiled.delete(compiled.keys().next().value as string)
    return program
  }

  return {
    parse: (json) => JSON.parse(json),
    // The bindings also give the evaluation a frame of its own: without them its variables would outlive it.
    evaluate: (expression, message) => compile(expression).evaluate(message.data, { message }),
  }
}
