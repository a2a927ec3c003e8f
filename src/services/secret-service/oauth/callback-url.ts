/** Where users come back to from a provider, below the public address of the hub. */
export const CALLBACK_PATH = '/secret-service/api/v1/callback'

/** The callback of this hub, as providers know it. */
export function callbackUrl({ publicUrl }: { readonly publicUrl: () => string }): string {
  return `${publicUrl()}${CALLBACK_PATH}`
}
