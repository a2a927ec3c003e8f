import * as oauth from 'oauth4webapi'
import { OutboundError } from '#lib/outbound/outbound'

/** Why a provider gave nothing. The message is for people and holds nothing the provider has sent but its error code. */
export class ProviderFailure extends Error {
  /** Whether the same request would be refused again, until somebody changes something. */
  readonly isFinal: boolean
  /** Milliseconds after which the provider wants to be asked again, if it said so. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, more: { isFinal: boolean; retryAfterMs?: number | undefined; cause?: unknown }) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'ProviderFailure'
    this.isFinal = more.isFinal
    this.retryAfterMs = more.retryAfterMs
  }
}

/** Error codes of OAuth 2 and OpenID Connect (RFC 6749, 6750, 8628, 8707, 9126, 9449; OpenID Connect Core), and of GitHub: others may be what the provider was sent. */
const knownCodes = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  ...['invalid_scope', 'access_denied', 'unsupported_response_type', 'server_error', 'temporarily_unavailable'],
  ...['invalid_token', 'insufficient_scope', 'slow_down', 'expired_token', 'authorization_pending', 'invalid_target'],
  ...['interaction_required', 'login_required', 'account_selection_required', 'consent_required'],
  ...['invalid_request_uri', 'invalid_request_object', 'request_not_supported', 'request_uri_not_supported'],
  ...['registration_not_supported', 'invalid_dpop_proof', 'use_dpop_nonce', 'incorrect_client_credentials'],
  ...['bad_verification_code', 'redirect_uri_mismatch', 'bad_refresh_token'],
])
/** Error codes by which a provider says that it cannot answer now. */
const temporaryCodes = new Set(['server_error', 'temporarily_unavailable', 'slow_down'])
const finalOutbound = new Set([
  'invalid-url',
  'invalid-request',
  'address-refused',
  'redirect-refused',
  'too-many-redirects',
])

/** The failure that something thrown by a request to a provider means; what is no fault of the provider is thrown on. */
export function toProviderFailure(error: unknown): ProviderFailure {
  if (error instanceof ProviderFailure) return error
  if (error instanceof OutboundError) return outboundFailure(error)
  if (error instanceof oauth.ResponseBodyError) return codeFailure(error)
  if (error instanceof oauth.AuthorizationResponseError)
    return new ProviderFailure(`The provider refused with "${shownCode(error.error)}"`, { isFinal: true })
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
    return operationFailure(error)
  if (error instanceof oauth.WWWAuthenticateChallengeError) return statusFailure(error.response)
  throw error
}

/** The failure that a status stands for. */
export function statusFailure({ status, headers }: Pick<Response, 'status' | 'headers'>): ProviderFailure {
  const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 429
  return new ProviderFailure(`The provider answered with status ${status}`, {
    isFinal,
    retryAfterMs: isFinal ? undefined : retryAfterOf(headers),
  })
}

function codeFailure({ error: code, status, response }: oauth.ResponseBodyError): ProviderFailure {
  const isFinal = status < 500 && status !== 408 && status !== 429 && !temporaryCodes.has(code)
  return new ProviderFailure(`The provider refused with "${shownCode(code)}"`, {
    isFinal,
    retryAfterMs: isFinal ? undefined : retryAfterOf(response.headers),
  })
}

/** `cause` of the library may hold the answer, and is left out for that reason. */
function operationFailure({ code, cause }: oauth.OperationProcessingError | oauth.UnsupportedOperationError) {
  if (cause instanceof Response && cause.status !== 200) return statusFailure(cause)
  const reason = code === undefined ? '' : ` (${code.toLowerCase().replaceAll('_', ' ')})`
  // A proxy or a page of maintenance may have answered in its place.
  return new ProviderFailure(`The answer of the provider was not as OAuth 2 wants it${reason}`, { isFinal: false })
}

function outboundFailure(error: OutboundError): ProviderFailure {
  const { code } = error
  const isFinal = finalOutbound.has(code)
  if (code === 'timeout') return new ProviderFailure('The provider did not answer in time', { isFinal, cause: error })
  if (code === 'unreachable' || code === 'aborted')
    return new ProviderFailure('The provider could not be reached', { isFinal, cause: error })
  if (code === 'too-many-redirects')
    return new ProviderFailure('The provider redirected the request, which is not followed', { isFinal, cause: error })
  if (code === 'too-large')
    return new ProviderFailure('The answer of the provider was too large', { isFinal, cause: error })
  if (code === 'address-refused')
    return new ProviderFailure('The address of the provider must be public or inside OIH_OUTBOUND_ALLOW', {
      isFinal,
      cause: error,
    })
  return new ProviderFailure(`The provider could not be called (${code})`, { isFinal, cause: error })
}

/** What is no code at all may be anything. */
function shownCode(code: unknown): string {
  return typeof code === 'string' && knownCodes.has(code) ? code : 'another error'
}

/** By `Retry-After`, in seconds or as a date; at most an hour. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined
}
