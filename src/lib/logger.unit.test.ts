import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createLogger, type LogLevel } from './logger.ts'

const canary = 'c4n4ry-Zx81'
const token = `oih_${'A1b2C3d4'.repeat(6)}`

function setup(_t: TestContext, level: LogLevel = 'debug') {
  const lines: string[] = []
  const logger = createLogger({ level, destination: { write: (line) => lines.push(line) } })
  return { logger, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

function databaseError() {
  const message = `invalid input syntax for type uuid: "${canary}"`
  const fields = { code: '22P02', severity: 'ERROR', detail: canary, hint: canary, where: canary, query: canary }
  return Object.assign(new Error(message), fields, {
    name: 'error',
    table: 'secret',
    constraint: 'secret_key',
    routine: 'string_to_uuid',
    parameters: [canary],
  })
}

test('createLogger() writes JSON lines with ISO time, level and the fields of its parents', (t) => {
  const { logger, records } = setup(t, 'info')
  logger.debug({}, 'not written')
  logger.child({ service: 'iam' }).child({ requestId: 'r1' }).info({ flow: 'f1' }, 'Flow started')
  const [record] = records()
  assert.equal(records().length, 1)
  assert.match(String(record?.time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const { time, ...rest } = record ?? {}
  assert.deepEqual(rest, { level: 'info', service: 'iam', requestId: 'r1', flow: 'f1', msg: 'Flow started' })
})

test('createLogger() keeps name, code, message, stack and causes of an error', (t) => {
  const { logger, records } = setup(t)
  const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET', request: { body: canary } })
  logger.error({ err: new AggregateError([new Error('one')], 'outer', { cause }) }, 'Failed')
  logger.error(new Error('bare'), 'Failed')
  const [first, second] = records()
  const err = first?.err as Record<string, Record<string, unknown>>
  assert.equal(err.name, 'AggregateError')
  assert.equal(err.message, 'outer')
  assert.match(String(err.stack), /logger\.unit\.test/)
  assert.deepEqual([err.cause?.name, err.cause?.code, err.cause?.message], ['TypeError', 'ECONNRESET', 'inner'])
  assert.equal(err.cause?.request, undefined)
  assert.equal((err.errors as unknown as { message: string }[])[0]?.message, 'one')
  assert.equal((second?.err as { message: string } | undefined)?.message, 'bare')
})

test('createLogger() cuts database errors to code and place', (t) => {
  const { logger, lines, records } = setup(t)
  logger.error({ err: new Error('Cannot insert', { cause: databaseError() }) }, 'Failed')
  assert.ok(!lines.join('').includes(canary))
  const [record] = records() as { err: { cause: Record<string, string> } }[]
  const { stack, ...rest } = record?.err.cause ?? {}
  assert.deepEqual(rest, {
    name: 'error',
    code: '22P02',
    message: 'The database refused the statement: 22P02',
    table: 'secret',
    constraint: 'secret_key',
    routine: 'string_to_uuid',
  })
  assert.match(String(stack), /^ +at /)
})

test('createLogger() lets no secret out, however it is passed', (t) => {
  const { logger, lines } = setup(t)
  const headers = { Authorization: `Bearer ${canary}`, 'set-cookie': [canary], Cookie: canary, 'X-Api-Key': canary }
  const secrets = { password: canary, access_token: canary, clientSecret: { value: canary }, refreshToken: canary }
  logger.info({ headers, deep: { er: { and: [{ deeper: secrets }] } } }, 'Fields')
  logger.info({ map: new Map([['token', canary]]), bytes: Buffer.from(canary), set: new Set([secrets]) }, 'Containers')
  logger.child({ request: { headers } }).child(secrets).info({}, 'Children')
  logger.info({ note: `with ${token} inside`, [token]: 1 }, `Message with ${token}`)
  logger.child({ note: token }).warn({ err: new Error(`Token ${token} and Bearer ${canary}`) }, 'Error')
  logger.info({ url: `postgres://oih:${canary}@host/db` }, `Connecting to amqp://oih:${canary}@host`)
  logger.warn({ note: `cookie: a=b; oih_session=${canary}; c=d` }, `Set-Cookie: oih_session=${canary}; Path=/`)
  logger.error({ err: databaseError() }, 'Database error')
  const output = lines.join('')
  assert.equal(lines.length, 8)
  assert.ok(!output.includes(canary), output)
  assert.ok(!output.includes(token.slice(4)), output)
  for (const line of lines) JSON.parse(line)
  assert.match(output, /oih_\*\*\*/)
})

test('createLogger() survives cycles, depth, size and odd values', (t) => {
  const { logger, records } = setup(t)
  const cycle: Record<string, unknown> = {
    big: 10n,
    fn: () => 1,
    when: new Date(0),
    tokenId: 't1',
    long: 'x'.repeat(1e6),
  }
  cycle.self = cycle
  let deep: unknown = 'bottom'
  for (let level = 0; level < 50; level++) deep = { deep }
  const error = new Error('loop')
  error.cause = error
  logger.info({ cycle, deep, error, none: null }, 'Odd')
  const [record] = records()
  const seen = record?.cycle as Record<string, unknown>
  assert.deepEqual(
    [seen.self, seen.big, seen.when, seen.tokenId],
    ['[circular]', '10', '1970-01-01T00:00:00.000Z', 't1'],
  )
  assert.ok(JSON.stringify(record).length < 40_000)
})
