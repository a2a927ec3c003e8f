/** Whether something may be done now; if not, why, in a sentence for people. */
export type Leave = { readonly may: true } | { readonly may: false; readonly reason: string }

/** It may be done. */
export const yes: Leave = { may: true }
/** It may not, for this reason. */
export const no = (reason: string): Leave => ({ may: false, reason })

/** Who is signed in, as far as it says what may be done. */
export interface Actor {
  readonly id: string
  readonly tenant?: string
  /** All that the login allows. */
  readonly permissions: readonly string[]
}

/** Whether somebody has a permission that holds within a tenant. */
export function within({ permissions }: Pick<Actor, 'permissions'>, permission: string): Leave {
  return held(permissions, ['all', 'tenant.all', permission])
}

/** Whether somebody has a permission of the hub as a whole, which nothing within a tenant gives. */
export function acrossHub({ permissions }: Pick<Actor, 'permissions'>, permission: string): Leave {
  return held(permissions, ['all', permission])
}

function held(permissions: readonly string[], names: readonly string[]): Leave {
  return names.some((name) => permissions.includes(name))
    ? yes
    : no(`You lack the permission "${names[names.length - 1]}"`)
}

/** The first that says no, else yes. */
export function allOf(...leaves: readonly Leave[]): Leave {
  return leaves.find(({ may }) => !may) ?? yes
}
