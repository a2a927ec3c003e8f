import { CopyButton } from './copy-button.tsx'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The end of an id: ids of ours begin with the time, so that their beginnings look alike. What is no such id stays whole. */
export function shortId(id: string): string {
  return uuid.test(id) ? `…${id.slice(-8)}` : id
}

/** A shortened id, whole in its title, with a button that copies it. */
export function ShortId({ id, what }: { id: string; what: string }) {
  return (
    <span className="short-id">
      <span className="mono" title={id}>
        {shortId(id)}
      </span>
      <CopyButton text={id} what={what} />
    </span>
  )
}
