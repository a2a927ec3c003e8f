import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswords } from './password.ts'
import { createTurnstile } from './turnstile.ts'

test('hash() gives a PHC string with its parameters, another one each time', async () => {
  const passwords = createPasswords()
  const [first, second] = await Promise.all([passwords.hash('password'), passwords.hash('password')])
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(first, second)
})

test('verify() fits the password that was hashed, however it is composed, and no other', async () => {
  const passwords = createPasswords()
  const hash = await passwords.hash('pass\u00e9word')
  assert.equal(await passwords.verify('pass\u00e9word', hash), true)
  assert.equal(await passwords.verify('passe\u0301word', hash), true)
  assert.equal(await passwords.verify('PASS\u00c9WORD', hash), false)
  assert.equal(await passwords.verify('pass\u00e9word', undefined), false)
})

test('verify() takes the parameters from the hash', async () => {
  // From the reference implementation: password "password", salt "somesalt", 256 KiB, 2 passes.
  const hash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  assert.equal(await createPasswords().verify('password', hash), true)
  assert.equal(await createPasswords().verify('passwort', hash), false)
})

test('verify() refuses a hash of another form', async () => {
  await assert.rejects(createPasswords().verify('x', '$2b$10$abc'), /must be an Argon2id PHC string/)
})

test('who sets many passwords holds up no login', async () => {
  const gate = Promise.withResolvers<Buffer>()
  let under = 0
  const passwords = createPasswords({
    async derive(_algorithm, { message }) {
      if (message.toString() !== 'slow') return Buffer.alloc(32)
      under += 1
      return gate.promise
    },
  })
  const setting = Array.from({ length: 40 }, () => passwords.hash('slow'))
  const refused = await Promise.all(
    setting.slice(17).map((one) =>
      one.then(
        () => 'set',
        ({ code }) => code,
      ),
    ),
  )
  assert.deepEqual(new Set(refused), new Set(['unavailable']))
  assert.equal(under, 1)
  const logins = await Promise.all(Array.from({ length: 20 }, () => passwords.verify('quick', undefined)))
  assert.equal(logins.length, 20)
  gate.resolve(Buffer.alloc(32))
  await Promise.all(setting.slice(0, 17))
})

test('isCurrent() is true of what costs as much as new ones', async () => {
  const passwords = createPasswords()
  assert.equal(passwords.isCurrent(await passwords.hash('password')), true)
  assert.equal(
    passwords.isCurrent('$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
    false,
  )
})

test('pass() lets so many in at a time, the others in order, and refuses when too many wait', async () => {
  const { pass } = createTurnstile({ atOnce: 2, mostWaiting: 2, refuse: () => new Error('full') })
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
  const entered: number[] = []
  const passing = gates.map((gate, index) =>
    pass(() => {
      entered.push(index)
      return gate.promise
    }),
  )
  await assert.rejects(
    pass(async () => undefined),
    /full/,
  )
  assert.deepEqual(entered, [0, 1])
  gates[1]?.reject(new Error('failed'))
  await assert.rejects(passing[1] ?? Promise.resolve(), /failed/)
  assert.deepEqual(entered, [0, 1, 2])
  for (const gate of gates) gate.resolve()
  await Promise.all([passing[0], passing[2], passing[3]])
  assert.equal(await pass(async () => 'free again'), 'free again')
})
