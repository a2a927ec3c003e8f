import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'

/** Seals small secrets for the database. */
export interface Sealing {
  /** Encrypts and binds to a place: what is moved elsewhere does not open. Each call gives other bytes. */
  seal(place: string, content: Buffer): Buffer
  /** Undefined for what was sealed by another key, for another place, or altered. */
  open(place: string, sealed: Buffer): Buffer | undefined
}

/** As NIST SP 800-38D recommends for AES-GCM; a random nonce is safe for 2^32 contents of one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals by AES-256-GCM: nonce, ciphertext, tag, with the place as additional authenticated data. `key` has 32 bytes. */
export function createSealing(key: Buffer): Sealing {
  // Twice as fast with an object as with bytes.
  const secret = createSecretKey(key)
  return {
    seal(place, content) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(place))
      return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
    },
    open(place, sealed) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-TAG_BYTES))
      try {
        const content = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
        // Of GCM it gives nothing more, and throws where the tag does not fit.
        decipher.final()
        return content
      } catch {
        return undefined
      }
    },
  }
}
