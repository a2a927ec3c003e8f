import { pageStyle, pageStyleSource } from './page-style.ts'

/** A page as it is sent. */
export interface Page {
  readonly html: string
  readonly headers: Record<string, string>
}

/** The text as it can stand anywhere in a page, attributes in quotes included. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const mark = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0f6b63"/><g stroke="#fff"
stroke-width="2.2" fill="none"><path d="M11 15l9-5M11 17l9 5"/><circle cx="9" cy="16" r="3.4" fill="#fff"/>
<circle cx="22.5" cy="9" r="3" fill="#0f6b63"/><circle cx="22.5" cy="23" r="3" fill="#0f6b63"/></g></svg>`

/** What stands on one. */
export interface PageContent {
  readonly title: string
  /** HTML. */
  readonly body: string
  /** HTML of the head, beside title and style. */
  readonly head?: string
  /** Where forms may lead: sources of a content security policy. Default: nowhere. */
  readonly formAction?: string
}

/** A page that stands alone, without the console: no script, no picture, nothing from elsewhere, in no frame. */
export function hubPage({ title, body, head = '', formAction = "'none'" }: PageContent): Page {
  const policy = [
    "default-src 'none'",
    `style-src ${pageStyleSource}`,
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Open Integration Hub</title>
<style>${pageStyle}</style>
${head}</head>
<body>
<main><div class="card">
${mark}
<h1>${escaped(title)}</h1>
${body}
</div></main>
</body>
</html>
`,
    // Browsers tell a form's origin to the hub alone: to nobody would be to the hub neither.
    headers: {
      'content-security-policy': policy.join('; '),
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  }
}
