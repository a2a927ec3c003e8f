/** Only those who are ACTIVE may act; what belongs to them stays. */
export const statuses = ['ACTIVE', 'DISABLED', 'PENDING'] as const
/** Whether a user or a tenant may act. */
export type Status = (typeof statuses)[number]

/** A company or a department: what belongs to one is not seen by another. */
export interface Tenant {
  readonly id: string
  readonly name: string
  readonly status: Status
  readonly confirmed: boolean
  readonly createdAt: Date
  readonly changedAt: Date
}
