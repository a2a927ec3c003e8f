import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { createGroupCommit, type GroupCommitOptions } from './group-commit.ts'
import { ConnectionLostError } from './postgres.ts'

/** A commit whose groups are written when the test says so: `groups` are those begun, `end` ends the oldest that is open. */
function setup(options: Partial<GroupCommitOptions<string, string>> = {}) {
  const groups: (readonly string[])[] = []
  const open: PromiseWithResolvers<readonly string[]>[] = []
  const commit = createGroupCommit<string, string>({
    write(items) {
      groups.push(items)
      const written = Promise.withResolvers<readonly string[]>()
      open.push(written)
      return written.promise
    },
    ...options,
  })
  async function end(error?: Error): Promise<void> {
    const written = open.shift()
    const items = groups[groups.length - open.length - 1] ?? []
    if (error === undefined) written?.resolve(items.map((item) => item.toUpperCase()))
    else written?.reject(error)
    await turn()
  }
  return { commit, groups, end }
}

/** Lets all that is due in this turn of the event loop happen. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('submit() puts callers of one turn into one group, each with its own result', async () => {
  const { commit, groups, end } = setup()
  const results = Promise.all(['a', 'b', 'c'].map(commit.submit))
  await turn()
  assert.deepEqual(groups, [['a', 'b', 'c']])
  await end()
  assert.deepEqual(await results, ['A', 'B', 'C'])
})

test('submit() gathers the next group while one is being written', async () => {
  const { commit, groups, end } = setup()
  const results = [commit.submit('a')]
  await turn()
  results.push(commit.submit('b'))
  await turn()
  results.push(commit.submit('c'))
  await turn()
  assert.deepEqual(groups, [['a']])
  await end()
  assert.deepEqual(groups, [['a'], ['b', 'c']])
  await end()
  assert.deepEqual(await Promise.all(results), ['A', 'B', 'C'])
})

test('submit() puts at most "most" items into a group, in order', async () => {
  const { commit, groups, end } = setup({ most: 2 })
  const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map(commit.submit))
  for (let n = 0; n < 3; n += 1) {
    await turn()
    await end()
  }
  assert.deepEqual(groups, [['a', 'b'], ['c', 'd'], ['e']])
  assert.deepEqual(await results, ['A', 'B', 'C', 'D', 'E'])
})

test('submit() writes at most "parallel" groups at a time', async () => {
  const { commit, groups, end } = setup({ most: 1, parallel: 2 })
  const results = Promise.all(['a', 'b', 'c', 'd'].map(commit.submit))
  await turn()
  assert.deepEqual(groups, [['a'], ['b']])
  await end()
  assert.deepEqual(groups, [['a'], ['b'], ['c']])
  await end()
  await end()
  await end()
  assert.deepEqual(await results, ['A', 'B', 'C', 'D'])
})

test('submit() rejects the bad item of a group alone', async () => {
  const groups: (readonly string[])[] = []
  const bad = new Error('bad')
  const commit = createGroupCommit<string, string>({
    async write(items) {
      groups.push(items)
      if (items.includes('b')) throw bad
      return items.map((item) => item.toUpperCase())
    },
  })
  const results = await Promise.allSettled(['a', 'b', 'c'].map(commit.submit))
  assert.deepEqual(results, [
    { status: 'fulfilled', value: 'A' },
    { status: 'rejected', reason: bad },
    { status: 'fulfilled', value: 'C' },
  ])
  assert.deepEqual(groups, [['a', 'b', 'c'], ['a'], ['b'], ['c']])
})

test('submit() rejects what "write" throws before it returns a promise', async () => {
  const commit = createGroupCommit<string, string>({
    write() {
      throw new Error('at once')
    },
  })
  await assert.rejects(commit.submit('a'), /at once/)
  await commit.settled()
})

test('submit() writes nothing again after a lost connection, and goes on with what comes later', async () => {
  const { commit, groups, end } = setup()
  const results = Promise.allSettled(['a', 'b'].map(commit.submit))
  await turn()
  const later = commit.submit('c')
  const lost = new ConnectionLostError(new Error('gone'))
  await end(lost)
  assert.deepEqual(
    (await results).map((result) => result.status === 'rejected' && result.reason),
    [lost, lost],
  )
  await end()
  assert.equal(await later, 'C')
  assert.deepEqual(groups, [['a', 'b'], ['c']])
})

test('submit() writes nothing again when the connection is lost while items are written one by one', async () => {
  const { commit, groups, end } = setup()
  const results = Promise.allSettled(['a', 'b', 'c'].map(commit.submit))
  await turn()
  await end(new Error('bad'))
  await end(new ConnectionLostError(new Error('gone')))
  await end()
  await end()
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  )
  assert.deepEqual(groups, [['a', 'b', 'c'], ['a'], ['b'], ['c']])
})

test('submit() writes in the context of its creator, not of its first caller', async () => {
  const context = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const commit = createGroupCommit<string, string>({
    async write(items) {
      seen.push(context.getStore())
      return items
    },
  })
  await context.run('caller', () => commit.submit('a'))
  assert.deepEqual(seen, [undefined])
})

test('settled() waits for what is being written, for what is gathered, and for what failed', async () => {
  const { commit, end } = setup()
  await commit.settled()
  const results = Promise.allSettled([commit.submit('a')])
  let settled = false
  const done = commit.settled().then(() => {
    settled = true
  })
  await turn()
  const next = Promise.allSettled([commit.submit('b')])
  await end()
  assert.equal(settled, false)
  await end(new Error('bad'))
  await done
  assert.deepEqual(
    [...(await results), ...(await next)].map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
})

test('submit() keeps a group within its weight, and refuses what is too much to wait', async () => {
  const written: number[][] = []
  const first = Promise.withResolvers<void>()
  const commits = createGroupCommit<number, number>({
    async write(items) {
      written.push([...items])
      if (written.length === 1) await first.promise
      return items
    },
    weigh: (item) => item,
    mostWeight: 10,
    mostWaiting: 30,
  })
  const begun = commits.submit(1)
  await new Promise(setImmediate)
  const waiting = [4, 6, 5, 12].map((item) => commits.submit(item))
  await assert.rejects(commits.submit(4), { code: 'unavailable' })
  first.resolve()
  assert.deepEqual(await Promise.all([begun, ...waiting]), [1, 4, 6, 5, 12])
  assert.deepEqual(written, [[1], [4, 6], [5], [12]])
})

test('submit() gathers while there is no room, and then fills no more than there is', async () => {
  const rooms: PromiseWithResolvers<number>[] = []
  const { commit, groups, end } = setup({
    room() {
      const room = Promise.withResolvers<number>()
      rooms.push(room)
      return room.promise
    },
  })
  const results = [commit.submit('a')]
  await turn()
  results.push(commit.submit('b'), commit.submit('c'))
  await turn()
  assert.deepEqual(groups, [])
  rooms[0]?.resolve(2)
  await turn()
  assert.deepEqual(groups, [['a', 'b']])
  await end()
  rooms[1]?.reject(new Error('who knows'))
  await turn()
  assert.deepEqual(groups, [['a', 'b'], ['c']])
  await end()
  assert.deepEqual(await Promise.all(results), ['A', 'B', 'C'])
})
