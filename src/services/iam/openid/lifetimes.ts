// How long what the provider issues is good, in seconds.

/** Long enough for one round trip of a browser. */
export const CODE_SECONDS = 60
/** Of a user's access token. It is looked up at each use, and ends before with its grant. */
export const ACCESS_TOKEN_SECONDS = 3_600
/** Of a token that a service gets for itself. */
export const CLIENT_TOKEN_SECONDS = 600
/** Of what is signed, and so cannot be taken back. */
export const ID_TOKEN_SECONDS = 3_600
/** Of a refresh token; each use gives a new one. */
export const REFRESH_TOKEN_SECONDS = 14 * 86_400
/** Of what a user has granted, whatever is refreshed meanwhile. */
export const GRANT_SECONDS = 90 * 86_400
/** For a user to sign in and consent. */
export const INTERACTION_SECONDS = 1_800
