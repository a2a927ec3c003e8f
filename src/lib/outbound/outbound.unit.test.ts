import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { createOutbound, OutboundError, type OutboundErrorCode, type OutboundOptions } from './outbound.ts'

/** A server whose requests are recorded. */
async function serve(t: TestContext, listener: RequestListener, host = '127.0.0.1') {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { port, requests, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` }
}

function setup(t: TestContext, options: OutboundOptions = {}) {
  const outbound = createOutbound({ allow: ['127.0.0.1/32'], ...options })
  t.after(() => outbound.close())
  return outbound
}

async function rejection(promise: Promise<unknown>, code: OutboundErrorCode): Promise<OutboundError> {
  const error = await promise.then(
    () => assert.fail('The call must fail'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof OutboundError, String(error))
  assert.equal(error.code, code, error.message)
  return error
}

const hello = (_request: IncomingMessage, response: ServerResponse) => response.end('hello')

describe('request() to a server', () => {
  test('sends method, headers and body and gives status, headers and body', async (t) => {
    const server = await serve(t, async (request, response) => {
      const chunks = await request.toArray()
      response.writeHead(201, { 'x-answer': request.headers['x-question'] })
      response.end(`${request.method} ${request.url} ${Buffer.concat(chunks)}`)
    })
    const call = { method: 'put', url: `${server.url}/a?b=c#d`, headers: { 'X-Question': '42' }, body: '{"n":1}' }
    const response = await setup(t).request(call)
    assert.equal(response.status, 201)
    assert.equal(response.headers['x-answer'], '42')
    assert.equal(response.body.toString(), 'PUT /a?b=c {"n":1}')
    assert.equal(response.url, `${server.url}/a?b=c#d`)
    assert.equal(server.requests[0]?.headers.host, `127.0.0.1:${server.port}`)
  })

  test('uses a connection again', async (t) => {
    const server = await serve(t, hello)
    const outbound = setup(t, { limits: { connectionsPerOrigin: 1 } })
    await outbound.request({ url: server.url })
    await outbound.request({ url: server.url })
    assert.equal(server.requests[0]?.socket.remotePort, server.requests[1]?.socket.remotePort)
  })

  test('decodes compressed bodies and drops the headers about the encoded form', async (t) => {
    const encoders = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync }
    const server = await serve(t, (request, response) => {
      const encoding = request.url?.slice(1) as keyof typeof encoders
      response.writeHead(200, { 'content-encoding': encoding }).end(encoders[encoding]('hello'))
    })
    const outbound = setup(t)
    for (const encoding of Object.keys(encoders)) {
      const { body, headers } = await outbound.request({ url: `${server.url}/${encoding}` })
      assert.equal(body.toString(), 'hello')
      assert.equal(headers['content-encoding'], undefined)
      assert.equal(headers['content-length'], undefined)
    }
  })

  test('says what does not answer, as an error to be tried again', async (t) => {
    const server = await serve(t, (request) => request.socket.destroy())
    const broken = await rejection(setup(t).request({ url: server.url }), 'unreachable')
    assert.equal(broken.retryable, true)
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }]
    const closed = createSocketServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const error = await rejection(setup(t, { lookup }).request({ url: `http://a.test:${port}/` }), 'unreachable')
    assert.match(error.message, /ECONNREFUSED/)
  })

  test('tells a response that is no HTTP', async (t) => {
    const server = createSocketServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    await rejection(setup(t).request({ url: `http://127.0.0.1:${port}/` }), 'invalid-response')
  })
})

describe('request() checks addresses', () => {
  test('refuses a loopback address with the reason and the way out', async (t) => {
    const error = await rejection(
      setup(t, { allow: [] }).request({ url: 'http://127.0.0.1:9999/in?key=s' }),
      'address-refused',
    )
    assert.equal(error.retryable, false)
    assert.equal(
      error.message,
      'Cannot call "http://127.0.0.1:9999/in" as the address must be public or inside OIH_OUTBOUND_ALLOW: 127.0.0.1 is loopback',
    )
  })

  test('refuses addresses in every spelling, though a server listens there', async (t) => {
    const { port } = await serve(t, hello, '127.0.0.1')
    const outbound = setup(t, { allow: [] })
    const hosts = ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.1.', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]']
    const others = [
      'localhost',
      '0',
      '[::1]',
      '[::]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
      '①②⑦.0.0.1',
    ]
    for (const host of [...hosts, ...others]) {
      await rejection(outbound.request({ url: `http://${host}:${port}/` }), 'address-refused')
    }
  })

  test('allows only what the ranges hold', async (t) => {
    const first = await serve(t, hello, '127.0.0.1')
    const second = await serve(t, hello, '127.0.0.2')
    const outbound = setup(t)
    assert.equal((await outbound.request({ url: first.url })).body.toString(), 'hello')
    await rejection(outbound.request({ url: second.url }), 'address-refused')
    assert.equal(second.requests.length, 0)
  })

  test('calls an allowed IPv6 address', async (t) => {
    const server = await serve(t, hello, '::1')
    assert.equal((await setup(t, { allow: ['::1'] }).request({ url: server.url })).status, 200)
  })

  test('refuses a name of which any address is refused', async (t) => {
    const addresses = [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    const error = await rejection(
      setup(t, { lookup: async () => addresses }).request({ url: 'http://a.test/' }),
      'address-refused',
    )
    assert.match(error.message, /: "a.test" resolves to 10.0.0.1, and 10.0.0.1 is private$/)
  })

  test('connects to the address that was checked, with one look-up for a connection', async (t) => {
    const server = await serve(t, hello)
    const trap = await serve(t, hello, '127.0.0.2')
    const answers = ['127.0.0.1', '127.0.0.2']
    const asked: string[] = []
    const lookup = async (hostname: string) => {
      asked.push(hostname)
      return [{ address: answers[asked.length - 1] ?? '127.0.0.2', family: 4 }]
    }
    const outbound = setup(t, { lookup, limits: { connectionsPerOrigin: 1 } })
    const url = `http://rebind.test:${server.port}/`
    assert.equal((await outbound.request({ url })).status, 200)
    assert.equal((await outbound.request({ url })).status, 200)
    assert.deepEqual(asked, ['rebind.test'])
    assert.equal(server.requests[0]?.headers.host, `rebind.test:${server.port}`)
    await rejection(outbound.request({ url: `http://rebind.test:${trap.port}/` }), 'address-refused')
    assert.equal(trap.requests.length, 0)
  })
})

describe('request() follows redirects', () => {
  const redirect = (status: number, location: string) => (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { location }).end('moved')

  test('to another origin without credentials', async (t) => {
    const target = await serve(t, hello)
    const server = await serve(t, redirect(307, `${target.url}/there`))
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-a': '1' }
    const response = await setup(t).request({ method: 'POST', url: server.url, headers, body: 'x' })
    assert.equal(response.url, `${target.url}/there`)
    const [seen] = target.requests
    assert.equal(seen?.method, 'POST')
    assert.deepEqual(
      [seen?.headers.authorization, seen?.headers.cookie, seen?.headers['x-a']],
      [undefined, undefined, '1'],
    )
  })

  test('but not to a refused address', async (t) => {
    const target = await serve(t, hello, '127.0.0.2')
    const server = await serve(t, redirect(302, target.url))
    const error = await rejection(setup(t).request({ url: server.url }), 'address-refused')
    assert.match(error.message, /127.0.0.2 is loopback/)
    assert.equal(target.requests.length, 0)
  })

  test('five times and no more', async (t) => {
    const server = await serve(t, (request, response) => {
      const count = Number(request.url?.slice(1))
      if (count === 0) response.end('there')
      else response.writeHead(302, { location: `/${count - 1}` }).end()
    })
    const outbound = setup(t)
    assert.equal((await outbound.request({ url: `${server.url}/5` })).body.toString(), 'there')
    await rejection(outbound.request({ url: `${server.url}/6` }), 'too-many-redirects')
  })

  test('and gives a redirect without a location as it is', async (t) => {
    const server = await serve(t, (_request, response) => response.writeHead(302).end('nowhere'))
    assert.equal((await setup(t).request({ url: server.url })).status, 302)
  })
})

describe('request() has limits', () => {
  const endless = (_request: IncomingMessage, response: ServerResponse) => {
    const write = () => {
      while (response.write(Buffer.alloc(64 * 1024)));
    }
    response.on('drain', write)
    write()
  }

  test('for a server that never answers', async (t) => {
    const server = await serve(t, () => {})
    const error = await rejection(setup(t).request({ url: server.url, timeout: 50 }), 'timeout')
    assert.match(error.message, /must answer within 50 ms/)
    assert.equal(error.retryable, true)
  })

  test('for a body that never ends, in time and in size', async (t) => {
    const slow = await serve(t, (_request, response) => response.write('x'))
    await rejection(setup(t).request({ url: slow.url, timeout: 50 }), 'timeout')
    const fast = await serve(t, endless)
    const error = await rejection(setup(t).request({ url: fast.url, maxResponseBytes: 1_000_000 }), 'too-large')
    assert.equal(error.retryable, false)
  })

  test('for a look-up that never ends', async (t) => {
    const lookup = () => new Promise<never>(() => {})
    // Keeps the process alive, as nothing else is open here.
    const alive = setInterval(() => {}, 1_000)
    t.after(() => clearInterval(alive))
    await rejection(setup(t, { lookup }).request({ url: 'http://a.test/', timeout: 50 }), 'timeout')
  })

  test('for a small body that unpacks into a big one', async (t) => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const server = await serve(t, (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    await rejection(setup(t).request({ url: server.url }), 'too-large')
  })

  test('for a server that goes on sending once the compressed body is complete', async (t) => {
    const closed = Promise.withResolvers<void>()
    const server = await serve(t, (request, response) => {
      request.socket.once('close', () => closed.resolve())
      response.writeHead(200, { 'content-encoding': 'br' }).write(brotliCompressSync('hello'))
      response.write('x')
    })
    const { body } = await setup(t).request({ url: server.url })
    assert.equal(body.toString(), 'hello')
    // Nobody waits for the rest: the connection is not kept for it.
    await closed.promise
  })

  test('and a call that was given up while it waited costs no connection', async (t) => {
    const first = Promise.withResolvers<ServerResponse>()
    const server = await serve(t, (_request, response) => {
      if (server.requests.length === 1) first.resolve(response)
      else response.end('hello')
    })
    const outbound = setup(t, { limits: { connectionsPerOrigin: 1 } })
    const slow = outbound.request({ url: server.url })
    const response = await first.promise
    await rejection(outbound.request({ url: server.url, timeout: 20 }), 'timeout')
    response.end('at last')
    assert.equal((await slow).body.toString(), 'at last')
    await outbound.request({ url: server.url })
    const [one, other] = server.requests
    assert.equal(server.requests.length, 2)
    assert.equal(one?.socket.remotePort, other?.socket.remotePort)
  })

  test('for response headers', async (t) => {
    const server = await serve(t, (_request, response) =>
      response.writeHead(200, { 'x-big': 'x'.repeat(20_000) }).end(),
    )
    await rejection(setup(t).request({ url: server.url }), 'too-large')
  })

  test('set by the caller and by close()', async (t) => {
    const server = await serve(t, () => {})
    const outbound = setup(t)
    const aborter = new AbortController()
    const first = rejection(outbound.request({ url: server.url, signal: aborter.signal }), 'aborted')
    aborter.abort()
    await first
    const second = rejection(outbound.request({ url: server.url }), 'aborted')
    await outbound.close()
    await second
    await rejection(outbound.request({ url: server.url }), 'aborted')
  })
})
