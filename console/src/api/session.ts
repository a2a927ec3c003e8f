import type { QueryClient } from '@tanstack/react-query'
import { answerOf, hub } from './client.ts'
import { meQuery } from './queries.ts'

/** Tells the other tabs of this browser, which share the cookie. */
const channel = new BroadcastChannel('oih-session')

/** Signs in: the browser keeps the cookie, which no script can read. Throws a `Problem` when refused. */
export async function signIn(client: QueryClient, credentials: { username: string; password: string }): Promise<void> {
  const { data } = await answerOf(hub.POST('/iam/session', { body: credentials }))
  client.clear()
  client.setQueryData(meQuery.queryKey, data)
  channel.postMessage('signed-in')
}

/** Signs out in all tabs. */
export async function signOut(): Promise<void> {
  await answerOf(hub.DELETE('/iam/session'))
  channel.postMessage('signed-out')
}

/** Acts in another tenant from now on, in all tabs. Whatever is shown is of the one before: load the page again. */
export async function switchTenant(tenant: string): Promise<void> {
  await answerOf(hub.POST('/iam/api/v1/users/me/tenant', { body: { tenant } }))
  channel.postMessage('signed-in')
}

/** Calls back when another tab signs in or out. Returns how to stop. */
export function onSessionChange(callback: (change: 'signed-in' | 'signed-out') => void): () => void {
  const listen = ({ data }: MessageEvent) => callback(data)
  channel.addEventListener('message', listen)
  return () => channel.removeEventListener('message', listen)
}
