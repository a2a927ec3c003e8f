import { CopyButton } from '../../ui/copy-button.tsx'

/** What is to be registered at a provider, to the letter: where it leads users back to. */
export function RedirectAddress({ address }: { address: string }) {
  return (
    <>
      <p className="copy-line">
        <code>{address}</code>
        <CopyButton text={address} what="redirect address" label="Copy" />
      </p>
      <p className="faint">
        Register it at the provider as redirect address, to the letter: users are led back to it when they have
        consented.
      </p>
    </>
  )
}
