import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useId } from 'react'
import { signIn } from '../api/session.ts'
import { pathTo } from '../path-builder.ts'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { BrandMark } from '../ui/shell.tsx'

const route = getRouteApi('/sign-in')

/** Signs in and goes where one wanted to go. */
export function SignInPage() {
  const { to, ended } = route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const id = useId()
  const attempt = useMutation({
    mutationFn: (credentials: { username: string; password: string }) => signIn(client, credentials),
    onSuccess: () => (to ? router.history.push(to) : router.navigate(pathTo.live())),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    attempt.mutate({ username: String(form.get('username')), password: String(form.get('password')) })
  }
  return (
    <main className="sign-in">
      <title>Sign in · Open Integration Hub</title>
      <form onSubmit={submit}>
        <BrandMark />
        <h1>Open Integration Hub</h1>
        {ended && !attempt.error && <p className="notice">Your session has ended. Sign in to go on.</p>}
        {attempt.error && <ProblemNotice error={attempt.error} />}
        <div className="field">
          <label htmlFor={`${id}-name`}>User name</label>
          {/* biome-ignore lint/a11y/noAutofocus: the page has no other purpose */}
          <input id={`${id}-name`} name="username" autoComplete="username" autoCapitalize="none" required autoFocus />
        </div>
        <div className="field">
          <label htmlFor={`${id}-password`}>Password</label>
          <input id={`${id}-password`} name="password" type="password" autoComplete="current-password" required />
        </div>
        <button type="submit" className="button primary" disabled={attempt.isPending}>
          {attempt.isPending ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="faint">
          The hub prints the administrator’s name, and at its first start the password, in its terminal.
        </p>
      </form>
    </main>
  )
}
