import assert from 'node:assert/strict'
import { test } from 'node:test'
import jsonata from 'jsonata'
import { createSandbox } from './expression-sandbox.ts'

const order = {
  id: 7,
  customer: { first: 'Ada', last: 'Lovelace', tags: ['a', 'b'] },
  lines: [
    { sku: 'x', price: 2.5, count: 2, at: '2026-11-23T19:30:00.000Z' },
    { sku: 'y', price: 10, count: 1, at: '2020-01-01T00:00:00.000Z' },
    { sku: 'z', price: 1, count: 9, at: '2021-01-01T00:00:00.000Z' },
  ],
  constructor: 'data',
  toString: 'data too',
}

/** As plain jsonata has them, without a realm of its own. */
const expressions = [
  '$',
  'customer.first & " " & customer.last',
  'lines.sku',
  'lines[price > 2].{"sku": sku, "sum": price * count}',
  'lines{sku: price}',
  '$sum(lines.(price * count))',
  'lines^(>price).sku',
  '$sort(lines, function($a, $b) { $a.count > $b.count }).sku',
  '$map(lines, function($line, $i) { $i & $line.sku })',
  '$reduce([1..5], function($a, $b) { $a * $b })',
  '$each(customer, function($v, $k) { $k & "=" & $string($v) })',
  '$merge([{"a": 1}, customer])',
  '$ ~> |customer|{"first": "Grace"}, ["tags"]|',
  '$match("a1b22", /[0-9]+/)',
  '$replace("John Smith", /(\\w+)\\s(\\w+)/, "$2, $1")',
  '$split("a,b;c", /[,;]/)',
  '$base64encode("hello wörld")',
  '$base64decode($base64encode("any text, 1-3 bytes: ab"))',
  '$base64encode("")',
  '$formatNumber(12345.678, "#,###.00")',
  '$formatBase(255, 16)',
  '$fromMillis(0, "[Y0001]-[M01]-[D01]")',
  '$toMillis(lines[0].at)',
  '$keys(customer)',
  '$lookup(customer, "first")',
  '$exists(nothing)',
  '$boolean([0, ""])',
  '$encodeUrlComponent("?x=ä&y")',
  '$eval("1 + 2")',
  '$type(lines)',
  '$zip([1, 2], [3, 4])',
  'lines.%.id',
  'lines@$l.{"id": $$.id, "sku": $l.sku}',
  '$spread(customer)',
  '$distinct([1, 1, 2])',
  '$string(customer)',
  '{"constructor": constructor, "toString": toString}',
  '($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(10))',
  'nothing',
]

const faults = ['1 + "a"', '$sum("x")', 'unknown()', '$error("stop")', '$toMillis("x")']

function setup() {
  const sandbox = createSandbox()
  return (expression: string, data: unknown = order) => {
    const message = sandbox.parse(JSON.stringify({ data })) as { data: unknown }
    return JSON.stringify(sandbox.evaluate(expression, message))
  }
}

test('evaluate() gives what jsonata gives outside', () => {
  const evaluate = setup()
  for (const expression of expressions) {
    const outside = JSON.stringify(jsonata(expression).evaluate(JSON.parse(JSON.stringify(order)), {}))
    assert.equal(evaluate(expression), outside, expression)
  }
})

test('evaluate() fails with what jsonata fails with outside', () => {
  const evaluate = setup()
  for (const expression of faults) {
    const messageOf = (act: () => unknown) => {
      try {
        act()
      } catch (error) {
        return (error as Error).message
      }
      return assert.fail(`${expression} must fail`)
    }
    const outside = messageOf(() => jsonata(expression).evaluate(order, {}))
    assert.equal(
      messageOf(() => evaluate(expression)),
      outside,
    )
  }
})

test('evaluate() has the whole message as $message', () => {
  const sandbox = createSandbox()
  const message = { data: 1, metadata: { recordUid: 'r1' } }
  assert.equal(sandbox.evaluate('$message.metadata.recordUid', message), 'r1')
})

test('evaluate() leaves nothing for the next evaluation', () => {
  const evaluate = setup()
  evaluate('($leak := 1; $leak)')
  assert.equal(evaluate('($leak)'), undefined)
  evaluate('{"__proto__": {"leak": 1}}')
  evaluate('$merge([{"__proto__": {"leak": 1}}])')
  evaluate('$ ~> |$lookup($, "__proto__")|{"leak": 1}|')
  evaluate('$ ~> |__proto__|{"leak": 1}|')
  evaluate('$', JSON.parse('{"__proto__": {"leak": 1}, "constructor": {"prototype": {"leak": 1}}}'))
  assert.equal(evaluate('leak'), undefined)
  assert.equal(evaluate('[{}.leak, customer.leak, lines.leak]'), '[]')
  assert.equal(({} as { leak?: unknown }).leak, undefined)
})

test('evaluate() treats the names of prototypes as data', () => {
  const evaluate = setup()
  const text = '{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}'
  assert.equal(evaluate(text), text)
  assert.equal(evaluate('$', JSON.parse(text)), text)
})

test('evaluate() gives no way to what is outside', () => {
  const evaluate = setup()
  const ways = [
    '$constructor',
    'process',
    '$process',
    '$require("fs")',
    'globalThis',
    '({}).constructor',
    '"".constructor.constructor("return process")()',
    '[].constructor.constructor("return process")()',
    '$lookup("", "constructor")',
    '$lookup({}, "__proto__").constructor',
    '$sum.constructor("return process")()',
    '$sum.implementation.constructor("return process")()',
    '($f := function(){1}; $f.environment.lookup.constructor("return process")())',
    '$match("a", /a/).constructor.constructor("return process")()',
    '$message.constructor.constructor("return process")()',
    '$eval("$constructor.constructor(\\"return process\\")()")',
    '($f := {"_jsonata_function": true, "implementation": "".constructor}; $f("return process"))',
    '$clone($).constructor',
  ]
  for (const way of ways) {
    let result: unknown
    try {
      result = evaluate(way, {})
    } catch {
      result = undefined
    }
    assert.ok(result === undefined || result === '[]', `${way} gives ${result}`)
  }
})

test('createSandbox() makes no code from strings, even for code that gets hold of a constructor', () => {
  const sandbox = createSandbox()
  const own = sandbox.evaluate.constructor as FunctionConstructor
  assert.notEqual(own, Function)
  assert.throws(() => own('return 1'), /Code generation from strings disallowed/)
})
