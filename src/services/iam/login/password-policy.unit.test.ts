import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HubError } from '#lib/errors'
import { isCommonPassword } from './common-passwords.ts'
import { checkPassword, type PasswordContext } from './password-policy.ts'

const someone: PasswordContext = { username: 'mona@example.org', tenants: ['Acme Demo'] }

/** The sentence of the refusal; undefined when the password is taken. */
async function refusalOf(password: string, context = someone): Promise<string | undefined> {
  try {
    await checkPassword(password, context)
  } catch (error) {
    assert.ok(error instanceof HubError)
    assert.equal(error.code, 'invalid-body')
    assert.deepEqual(error.faults, [{ field: context.field ?? 'password', message: error.message }])
    assert.ok(password === '' || !error.message.includes(password), 'the password is not told')
    return error.message
  }
  return undefined
}

test('checkPassword() wants 8 to 128 characters, counted as people do', async () => {
  for (const password of ['ünlängst', 'xyz '.repeat(32), '😀'.repeat(8), '😀'.repeat(128)]) {
    assert.equal(await refusalOf(password), undefined)
  }
  for (const password of ['', 'f7!kQ2_', 'xyz '.repeat(33), '😀'.repeat(7), 'e\u0301'.repeat(4)]) {
    assert.match((await refusalOf(password)) ?? '', /^Field "password" must have 8 to 128 characters$/)
  }
})

test('checkPassword() asks for no kinds of characters, and takes any', async () => {
  for (const password of [
    'correct horse',
    'nur kleine buchstaben',
    '830561947265',
    '\t \u00a0~~¬¬\u200d',
    '密码短语一二三四',
  ]) {
    assert.equal(await refusalOf(password), undefined, password)
  }
})

test('checkPassword() refuses common passwords in whichever case', async () => {
  for (const password of ['password1', 'PASSWORD1', 'Football', 'qwertyuiop', '1234567890', 'ｐａｓｓｗｏｒｄ']) {
    assert.match((await refusalOf(password)) ?? '', /must not be one of the passwords that many people use/)
  }
  assert.equal(await refusalOf('password","1234'), undefined)
})

test('checkPassword() wants 8 characters beside what a guesser knows of the account', async () => {
  const refused = [
    'mona@example.org',
    'MONA2026!',
    'Acme-Demo-2026',
    'acmedemoacmedemo',
    'OpenIntegrationHub',
    'open integration hub 1',
  ]
  for (const password of refused) {
    assert.match((await refusalOf(password)) ?? '', /must have 8 characters beside the username/, password)
  }
  for (const password of ['mona likes herring', 'acme demo, and then lunch']) {
    assert.equal(await refusalOf(password), undefined, password)
  }
  assert.equal(await refusalOf('xylophones', { username: 'x', tenants: ['  ', '.*', 'a'.repeat(200)] }), undefined)
})

test('checkPassword() names the field as the caller does', async () => {
  const context = { ...someone, field: 'newPassword' }
  assert.match((await refusalOf('short', context)) ?? '', /^Field "newPassword"/)
})

test('the list holds more of the passwords that are long enough than ASVS asks for', async () => {
  const file = fileURLToPath(import.meta.resolve('@zxcvbn-ts/language-common/src/passwords.json'))
  const words: string[] = JSON.parse(await readFile(file, 'utf8'))
  const longEnough = words.filter((word) => word.length >= 8)
  assert.ok(longEnough.length > 10_000, `${longEnough.length}`)
  for (const word of [longEnough[0], longEnough[2_999], longEnough.at(-1)])
    assert.equal(await isCommonPassword(word ?? ''), true)
})
