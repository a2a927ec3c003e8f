import type { ReactNode } from 'react'

function Drawing({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

/** A pulse. */
export const LiveIcon = () => (
  <Drawing>
    <path d="M1.5 8.5h3l2-5 3 9 2-6 1 2h2" />
  </Drawing>
)
/** Lines of a list. */
export const CatalogueIcon = () => (
  <Drawing>
    <path d="M3 3.5h10M3 8h10M3 12.5h6" />
  </Drawing>
)
/** Steps that are joined. */
export const FlowIcon = () => (
  <Drawing>
    <circle cx="3.5" cy="8" r="2" />
    <circle cx="12.5" cy="3.5" r="2" />
    <circle cx="12.5" cy="12.5" r="2" />
    <path d="M5.3 7.1l5.4-2.7M5.3 8.9l5.4 2.7" />
  </Drawing>
)
/** Something that runs. */
export const RunIcon = () => (
  <Drawing>
    <circle cx="8" cy="8" r="6.2" />
    <path d="M6.5 5.5v5l4-2.5z" />
  </Drawing>
)
/** A padlock. */
export const SecretIcon = () => (
  <Drawing>
    <rect x="3" y="7" width="10" height="7" rx="1.5" />
    <path d="M5.3 7v-2.2a2.7 2.7 0 0 1 5.4 0v2.2M8 10v1.5" />
  </Drawing>
)
/** A plug. */
export const ProviderIcon = () => (
  <Drawing>
    <path d="M5.5 1.5v3.5M10.5 1.5v3.5M3.5 5h9v2.5a4.5 4.5 0 0 1-9 0zM8 12v2.5" />
  </Drawing>
)
/** A tree. */
export const DomainIcon = () => (
  <Drawing>
    <rect x="1.8" y="1.8" width="5" height="3.4" rx="1" />
    <rect x="9.2" y="6.3" width="5" height="3.4" rx="1" />
    <rect x="9.2" y="10.8" width="5" height="3.4" rx="1" />
    <path d="M4.3 5.2v7.3h4.9M4.3 8h4.9" />
  </Drawing>
)
/** A shield. */
export const AuditIcon = () => (
  <Drawing>
    <path d="M8 1.5l5.5 2v4c0 3.5-2.3 5.7-5.5 7-3.2-1.3-5.5-3.5-5.5-7v-4z" />
    <path d="M5.7 8l1.7 1.7 3-3.2" />
  </Drawing>
)
/** People. */
export const UsersIcon = () => (
  <Drawing>
    <circle cx="6" cy="5.5" r="2.4" />
    <path d="M1.5 13c.4-2.6 2.1-4 4.5-4s4.1 1.4 4.5 4M10.5 3.3a2.3 2.3 0 0 1 0 4.4M12 9.4c1.5.6 2.3 1.8 2.6 3.6" />
  </Drawing>
)
/** A house. */
export const TenantIcon = () => (
  <Drawing>
    <path d="M3 14v-11.5h6.5v11.5M9.5 6h3.5v8M1.5 14h13M5.5 5.5h1.5M5.5 8.5h1.5M5.5 11.5h1.5" />
  </Drawing>
)
/** A badge. */
export const RoleIcon = () => (
  <Drawing>
    <rect x="2" y="4" width="12" height="9.5" rx="1.5" />
    <path d="M6.5 4v-1.5h3v1.5M9.5 7.5h2.5M9.5 10h2.5" />
    <circle cx="5.5" cy="8.7" r="1.6" />
  </Drawing>
)
/** A key. */
export const TokenIcon = () => (
  <Drawing>
    <circle cx="5" cy="11" r="2.8" />
    <path d="M7 9l6.5-6.5M11 5l2 2M9 7l1.5 1.5" />
  </Drawing>
)
/** A window. */
export const ClientIcon = () => (
  <Drawing>
    <rect x="1.8" y="3" width="12.4" height="10" rx="1.5" />
    <path d="M1.8 6h12.4" />
  </Drawing>
)
/** Two sheets. */
export const CopyIcon = () => (
  <Drawing>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M3.5 10.5h-.5a1 1 0 0 1-1-1v-6.5a1 1 0 0 1 1-1h6.5a1 1 0 0 1 1 1v.5" />
  </Drawing>
)
/** Done. */
export const CheckIcon = () => (
  <Drawing>
    <path d="M3 8.5l3.2 3.2 6.8-7.2" />
  </Drawing>
)
/** Go on. */
export const PlayIcon = () => (
  <Drawing>
    <path d="M4.5 3l8 5-8 5z" />
  </Drawing>
)
/** Wait. */
export const PauseIcon = () => (
  <Drawing>
    <path d="M5 3v10M11 3v10" />
  </Drawing>
)
/** End. */
export const StopIcon = () => (
  <Drawing>
    <rect x="3.5" y="3.5" width="9" height="9" rx="1" />
  </Drawing>
)
/** Who is signed in. */
export const PersonIcon = () => (
  <Drawing>
    <circle cx="8" cy="5" r="2.8" />
    <path d="M2.5 14c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5" />
  </Drawing>
)
/** Away with it. */
export const CloseIcon = () => (
  <Drawing>
    <path d="M4 4l8 8M12 4l-8 8" />
  </Drawing>
)
