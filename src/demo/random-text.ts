/** Without letters and digits that look alike. 24 of 55 characters hold 138 bits. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789'
const PASSWORD_CHARACTERS = 24

/** A new password from the platform's source of secrets. */
export function randomPassword(): string {
  let text = ''
  while (text.length < PASSWORD_CHARACTERS) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
    // Bytes beyond the last whole round of the alphabet would make its first letters likelier.
    if (byte < 256 - (256 % ALPHABET.length)) text += ALPHABET[byte % ALPHABET.length]
  }
  return text
}

/** A new id in the form in which GitHub names its deliveries. Browsers have `crypto.randomUUID` on secure pages alone. */
export function randomDeliveryId(): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
