import { escaped, hubPage, type Page } from '#lib/http/hub-page'

/** Who asks, and where the user is sent back to. */
export interface AskingClient {
  readonly name: string
  readonly redirectUri: string
}

/** Forms end at the application, and browsers look where they are led on to. */
function formActionOf({ redirectUri }: AskingClient): string {
  const url = URL.parse(redirectUri)
  const target = url === null ? '' : url.origin === 'null' ? url.protocol : url.origin
  return `'self' ${/^[\w.:/[\]+-]+$/.test(target) ? target : ''}`.trim()
}

/** Asks for name and password. `problem` says what was wrong with the last try. */
export function signInPage(
  client: AskingClient,
  { path, username = '', problem }: { path: string; username?: string; problem?: string | undefined },
): Page {
  const described = problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"'
  return hubPage({
    title: 'Sign in',
    formAction: formActionOf(client),
    body: `<p>to go on to <strong>${escaped(client.name)}</strong></p>
${problem === undefined ? '' : `<p class="notice" role="alert" id="problem">${escaped(problem)}</p>`}
<form method="post" action="${escaped(path)}/login">
<div class="field"><label for="username">User name</label>
<input id="username" name="username" value="${escaped(username)}" autocomplete="username" autocapitalize="none" spellcheck="false"
maxlength="1024" required${username === '' ? ' autofocus' : ''}${described}></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024"
required${username === '' ? '' : ' autofocus'}${described}></div>
<div class="actions"><button class="primary" type="submit">Sign in</button>
<button type="submit" formaction="${escaped(path)}/abort" formnovalidate>Cancel</button></div>
</form>`,
  })
}

/** What a scope tells, for people. */
const scopeTexts: Readonly<Record<string, string>> = {
  openid: 'know who you are here, by an id',
  profile: 'see your user name, first and last name',
  global: 'see your user name and name, your tenant, your roles and permissions',
  offline_access: 'go on doing so when you are not signed in',
}

/** Asks whether the client may have what it asks for. */
export function consentPage(
  client: AskingClient,
  { path, username, scopes }: { path: string; username: string; scopes: readonly string[] },
): Page {
  const items = scopes.map((scope) => `<li>${escaped(scopeTexts[scope] ?? scope)}</li>`).join('\n')
  const url = URL.parse(client.redirectUri)
  const target = url === null || url.host === '' ? client.redirectUri : url.host
  return hubPage({
    title: `Allow ${client.name}?`,
    formAction: formActionOf(client),
    body: `<p>You are signed in as <strong>${escaped(username)}</strong>. The application wants to:</p>
<ul>
${items}
</ul>
<p class="soft">You will be sent back to ${escaped(target)}.</p>
<form method="post" action="${escaped(path)}/consent">
<div class="actions"><button class="primary" type="submit">Allow</button>
<button type="submit" formaction="${escaped(path)}/abort">Cancel</button></div>
</form>`,
  })
}

/** Asks whether the user wants to be signed out. `client` is the application that asks for it, if it has said which. */
export function signOutPage(
  client: AskingClient | undefined,
  { action, secret, username }: { action: string; secret: string; username: string },
): Page {
  const asks = client === undefined ? '' : ` <strong>${escaped(client.name)}</strong> asks to sign you out.`
  return hubPage({
    title: 'Sign out?',
    formAction: client === undefined ? "'self'" : formActionOf(client),
    body: `<p>You are signed in at the hub as <strong>${escaped(username)}</strong>.${asks}</p>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="xsrf" value="${escaped(secret)}">
<div class="actions"><button class="primary" type="submit" name="logout" value="yes">Sign out of the hub</button>
<button type="submit">Stay signed in</button></div>
</form>`,
  })
}

/** For whoever is signed out and has nowhere else to go. */
export function signedOutPage(): Page {
  return hubPage({ title: 'Signed out', body: '<p>You can close this page.</p>' })
}

/** Calls the address again, as a page of the hub's own: only then does a browser send the session's cookie along. */
export function lookAgainPage(path: string): Page {
  return hubPage({
    title: 'One moment',
    head: `<meta http-equiv="refresh" content="0; url=${escaped(path)}">\n`,
    body: `<p><a href="${escaped(path)}">Go on</a></p>`,
  })
}

/** Tells what cannot be done, with the code that developers look for. */
export function problemPage({ title, message, code }: { title: string; message: string; code: string }): Page {
  return hubPage({
    title,
    body: `<p class="notice" role="alert">${escaped(message)}</p>
<p class="soft">Go back to the application and try again. Its makers will want to know this word: ${escaped(code)}</p>`,
  })
}
