import { errorCatalogue, type HubError } from '../errors.ts'
import { escaped, hubPage, type Page } from './hub-page.ts'

/** An error as a page for people, who can go on to the console; `instance` is the id of the request. */
export function problemPage({ code, message, faults }: HubError, instance: string): Page {
  const others = faults
    .filter((fault) => fault.message !== message)
    .map(({ message }) => `<li>${escaped(message)}</li>`)
  return hubPage({
    title: errorCatalogue[code].title,
    body: `<p class="notice" role="alert">${escaped(message)}</p>
${others.length === 0 ? '' : `<ul>${others.join('')}</ul>`}
<p><a href="/">Go to the hub</a></p>
<p class="soft">Request ${escaped(instance)}</p>`,
  })
}
