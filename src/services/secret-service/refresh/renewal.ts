import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '#lib/errors'
import { isConnectionError, isSerializationError } from '#lib/postgres'
import { found, type SecretParts } from '../deps.ts'
import { PROVIDER_TIMEOUT_MS, type ProviderCalls } from '../oauth/provider-calls.ts'
import { ProviderFailure } from '../oauth/provider-failure.ts'
import type { Secret } from '../secret/secret.ts'
import type { Renewal } from '../secret/secret-reader.ts'
import { readLease, takeLease } from './lease.ts'
import { nextValue } from './next-value.ts'
import { readMeans, releaseLease, storeNextValue, storeRefusal } from './outcome.ts'
import { isDue } from './pace.ts'
import { createSignals } from './signals.ts'

/** A renewal of this process. */
export interface RunningRenewal extends Renewal {
  /** Hears of what other processes have obtained. */
  start(): void
  /** Resolves when no provider is being asked any more: an answer that nobody stores may be the only one there is. */
  stop(): Promise<void>
}

/** What it needs. */
export interface RenewalParts extends Pick<SecretParts, 'db' | 'bus' | 'clock' | 'vault' | 'config' | 'logger'> {
  readonly calls: ProviderCalls
  /** Default 15,000 ms: longer than a provider may take, so that whoever lives answers in time. */
  readonly leaseMs?: number | undefined
}

const LEASE_MS = PROVIDER_TIMEOUT_MS + 5_000
/** Events tell of news within milliseconds; this is for when they do not. */
const LOOK_EVERY_MS = 200
/** So long a reader waits for the next value while the old one is good. */
const PATIENCE_MS = 1_000
/** So long a value that a provider has given is tried to be stored while the database is away. */
const STORE_MS = 30_000

/**
 * Gets the next value of a secret exactly once, however many readers in however many processes want it: who has the lease asks the provider, all
 * others wait for what comes of it. Whoever dies with the lease is succeeded when it ends, and what it says later is refused by its fence.
 */
export function createRenewal(parts: RenewalParts): RunningRenewal {
  const { db, bus, clock, logger, leaseMs = LEASE_MS } = parts
  const signals = createSignals()
  const underWay = new Map<string, Promise<void>>()
  let listening: { stop(): void } | undefined

  /** Until there is another version than the caller has seen. */
  async function obtain(secret: Secret): Promise<void> {
    for (;;) {
      const news = signals.watch(secret.id)
      try {
        const fence = await takeLease(db, secret, { forMs: leaseMs, now: clock() })
        if (fence !== undefined) return await carryOut(secret, fence)
        const state = found(await readLease(db, secret), 'secret')
        if (state.version !== secret.version) return
        if (!state.isTaken && state.error !== undefined) throw refusal(state.error)
        await news.within(LOOK_EVERY_MS)
      } finally {
        news.end()
      }
    }
  }

  async function carryOut(secret: Secret, fence: number): Promise<void> {
    try {
      const means = await readMeans(parts, secret)
      const next = await nextValue(parts.calls, means, clock)
      await insist(() => storeNextValue(parts, secret, fence, next))
    } catch (error) {
      if (error instanceof HubError || isConnectionError(error)) {
        // Where it cannot be given back it ends by itself.
        await releaseLease(db, secret, fence).catch(() => undefined)
        throw error
      }
      const failure = error instanceof ProviderFailure ? error : new ProviderFailure(UNEXPECTED, { isFinal: false })
      if (error instanceof ProviderFailure)
        logger.warn({ secretId: secret.id, reason: error.message }, 'A secret could not be renewed')
      else logger.error({ secretId: secret.id, err: error }, 'Renewal of a secret failed')
      if (await insist(() => storeRefusal(parts, secret, fence, failure))) throw refusal(failure)
    }
  }

  /** Where another has got the value meanwhile, its own is dropped. */
  async function insist<T>(store: () => Promise<T>): Promise<T> {
    const until = performance.now() + STORE_MS
    for (;;) {
      try {
        return await store()
      } catch (error) {
        const mayPass = isConnectionError(error) || isSerializationError(error)
        if (!mayPass || performance.now() > until) throw error
        await sleep(250)
      }
    }
  }

  function share(secret: Secret): Promise<void> {
    const running = underWay.get(secret.id)
    if (running) return running
    const begun = obtain(secret).finally(() => underWay.delete(secret.id))
    underWay.set(secret.id, begun)
    return begun
  }

  return {
    isDue,
    async renew(secret) {
      const renewed = share(secret)
      const left = (secret.expiresAt?.getTime() ?? 0) - clock().getTime()
      if (left < PATIENCE_MS * 2) return renewed
      const timer = new AbortController()
      renewed.catch(() => undefined)
      const impatient = sleep(PATIENCE_MS, undefined, { signal: timer.signal }).catch(() => undefined)
      await Promise.race([renewed, impatient]).finally(() => timer.abort())
    },
    start() {
      const names = [
        'secret-service.secret.modified',
        'secret-service.secret.refreshFailed',
        'secret-service.secret.deleted',
      ]
      listening = bus.listen(names, ({ payload }) => signals.raise(String((payload as { id?: unknown }).id)))
    },
    async stop() {
      await Promise.allSettled(underWay.values())
      listening?.stop()
    },
  }
}

/** A fault of ours, which nobody outside is told; as every failure it is not tried again without a pause. */
const UNEXPECTED = 'The next value could not be obtained'
/** Seconds after which a reader may ask again; not before a pause is over the provider is. */
const ASK_AGAIN = 2

/** What may pass by itself is worth another look, as a step of a flow takes one; what is refused for good is not. */
function refusal({ message, isFinal }: { readonly message: string; readonly isFinal?: boolean | undefined }): HubError {
  const text = `Cannot read the secret as there is no next value: ${message}`
  return isFinal ? new HubError('conflict', text) : new HubError('unavailable', text, { retryAfter: ASK_AGAIN })
}
