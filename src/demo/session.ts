import { demand, type HubCall } from './hub-call.ts'

/** Signs in, works with the token, and withdraws it again, whatever comes of the work. */
export async function asUser<T>(
  call: HubCall,
  { username, password }: { readonly username: string; readonly password: string },
  work: (token: string) => Promise<T>,
): Promise<T> {
  const { token } = await demand<{ token: string }>(call, `sign in as "${username}"`, {
    method: 'POST',
    path: '/iam/login',
    body: { username, password },
  })
  try {
    return await work(token)
  } finally {
    await demand(call, `sign "${username}" out`, { method: 'POST', path: '/iam/logout', token })
  }
}
