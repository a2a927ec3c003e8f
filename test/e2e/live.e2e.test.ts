import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { openStream } from '../support/event-stream.ts'
import { callHub, type HubClient } from '../support/hub-client.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { createMember, createTenant, firstFlow, startTestHub, startTestProcess } from '../support/test-hub.ts'

/** Two processes with all services, and a user in each of two tenants. */
async function setup(t: TestContext) {
  const { url: databaseUrl } = await createTestDatabase(t)
  const here = await startTestHub(t, { databaseUrl })
  const there = await startTestProcess(t, { databaseUrl })
  const [mine, theirs] = [await newUser(here), await newUser(here)]
  const open = (url: string, { token }: Pick<HubClient, 'token'>, query = '') =>
    openStream(t, `${url}/event-bus/live${query}`, { authorization: `Bearer ${token}` })
  return { here, there, mine, theirs, open }
}

const newUser = async (hub: Awaited<ReturnType<typeof startTestHub>>) =>
  createMember(hub, await createTenant(hub.admin), { role: 'USER' })

const createFlow = (client: HubClient) =>
  client.expect('POST', '/flow-repository/flows', firstFlow('http://127.0.0.1:9/'))

describe('live events', () => {
  test('of one process are seen in the other, and by nobody else than their tenant', async (t) => {
    const { here, there, mine, theirs, open } = await setup(t)
    const query = '?names=flowrepo.%23'
    const [near, far, foreign, all] = await Promise.all([
      open(here.url, mine, query),
      open(there.url, mine, query),
      open(there.url, theirs, query),
      open(there.url, here.admin, query),
    ])
    const { data } = await createFlow(mine)
    await createFlow(theirs)
    await Promise.all([near.messages.count(1), far.messages.count(1), foreign.messages.count(1), all.messages.count(2)])
    assert.deepEqual(near.messages.items, far.messages.items)
    assert.equal(near.messages.items[0]?.data.event.payload.id, data.id)
    assert.deepEqual(
      [foreign, near].map(({ messages }) => messages.items),
      all.messages.items.map((each) => [each]).toReversed(),
    )
  })

  test('are counted in the catalogue', async (t) => {
    const { here, there, mine, open } = await setup(t)
    const stream = await open(there.url, mine, '?names=flowrepo.flow.created')
    for (const _ of [1, 2]) await createFlow(mine)
    await stream.messages.count(2)
    for (const url of [here.url, there.url]) {
      const { body } = await callHub(url, 'GET', '/event-bus/catalogue', {
        headers: { authorization: `Bearer ${mine.token}` },
      })
      const { seen } = body.data.find(({ name }: { name: string }) => name === 'flowrepo.flow.created')
      assert.equal(seen.count, 2)
    }
  })

  test('end within about a second of a sign-out in another process, and at once when their process stops', async (t) => {
    const { here, there, mine, theirs, open } = await setup(t)
    const [left, stays] = [await open(there.url, mine), await open(there.url, theirs)]
    await mine.expect('POST', '/iam/logout')
    const begun = performance.now()
    assert.equal(await left.ended, true)
    assert.ok(performance.now() - begun < 2_000)
    assert.equal((await open(there.url, mine)).status, 401)
    await createFlow(theirs)
    await stays.messages.until((items) => items.some(({ data }) => data.event.headers.name === 'flowrepo.flow.created'))
    const stopping = performance.now()
    const stopped = there.stop()
    assert.equal(await stays.ended, true)
    assert.ok(performance.now() - stopping < 2_000)
    await stopped
    assert.equal((await open(here.url, theirs)).status, 200)
  })
})
