import type { HandlerContext } from '#event-bus'
import { deleteFlowsOf } from '../flow/flow-store.ts'
import { deleteRunsOf } from '../run/run-store.ts'

/** A tenant goes with its flows and runs; a step that is under way ends into nothing. */
export async function onTenantDeleted(
  event: { readonly payload: { readonly id: string } },
  { tx }: Pick<HandlerContext, 'tx'>,
): Promise<void> {
  // Flows first: from then on nothing more is taken in.
  await deleteFlowsOf(tx, event.payload.id)
  await deleteRunsOf(tx, event.payload.id)
}
