import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TerminalError } from '#lib/errors'
import { createOutputs } from './outputs.ts'

const isTerminal = (pattern: RegExp) => (error: unknown) =>
  error instanceof TerminalError && pattern.test(error.message)

test('emit() takes the content at the time of the call', async () => {
  const outputs = createOutputs()
  const message = { data: { n: 1 } }
  const first = outputs.emit('data', message)
  message.data.n = 2
  await first
  assert.deepEqual(outputs.settle(message), ['{"data":{"n":1}}', '{"data":{"n":2}}'])
})

test('settle() ignores other events, and a function that returns nothing', async () => {
  const outputs = createOutputs()
  for (const name of ['end', 'snapshot', 'trace:x']) await outputs.emit(name, () => {})
  assert.deepEqual(outputs.settle(undefined), [])
})

test('emit() gives missing data as an empty object and keeps null', async () => {
  const outputs = createOutputs()
  await outputs.emit('data', { metadata: { a: 1 } })
  await outputs.emit('data', { data: null })
  assert.deepEqual(outputs.settle(undefined), ['{"metadata":{"a":1},"data":{}}', '{"data":null}'])
})

test('emit() refuses what is no message', async () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  const garbage: [unknown, RegExp][] = [
    ['text', /it emitted a string/],
    [null, /it emitted null/],
    [[], /it emitted an array/],
    [() => {}, /it emitted a function/],
    [{ data: () => {} }, /it is a function/],
    [{ data: Symbol('x') }, /it is a symbol/],
    [{ data: cycle }, /it contains itself/],
    [{ data: { n: 1n } }, /BigInt/],
  ]
  for (const [value, pattern] of garbage) {
    await assert.rejects(createOutputs().emit('data', value), isTerminal(pattern))
    assert.throws(() => createOutputs().settle(value), isTerminal(pattern))
  }
})

test('settle() throws the fault of an emit that nobody waited for', () => {
  const outputs = createOutputs()
  outputs.emit('data', 1)
  outputs.emit('data', { data: 1 })
  assert.throws(() => outputs.settle(undefined), isTerminal(/it emitted a number/))
})

test('settle() throws what was emitted as an error', () => {
  for (const value of ['boom', new Error('boom'), { message: 'boom' }]) {
    const outputs = createOutputs()
    outputs.emit('error', value)
    assert.throws(() => outputs.settle({ data: 1 }), /boom/)
  }
})

test('emit() has limits on number and bytes', async () => {
  const few = createOutputs({ maxOutputs: 2 })
  await few.emit('data', { data: 1 })
  await few.emit('data', { data: 1 })
  await assert.rejects(few.emit('data', { data: 1 }), isTerminal(/at most 2 messages/))
  const small = createOutputs({ maxBytes: 30 })
  await small.emit('data', { data: 'äöü' })
  await assert.rejects(small.emit('data', { data: 'äöü' }), isTerminal(/at most 30 bytes/))
})
