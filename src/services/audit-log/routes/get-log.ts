import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { type Route, route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import type { AuditLogDeps } from '../deps.ts'
import { ownersOf, provableDocument } from '../log-document.ts'
import { ProvableLogEntry, uuidText } from '../log-schema.ts'
import { findEntry } from '../log-store.ts'
import type { OwnerKeys } from '../owner-keys.ts'
import { permissions } from '../permissions.ts'

/** `GET /logs/:id`: the entry of one event with what a proof needs. */
export function getLog({ db }: Pick<AuditLogDeps, 'db'>, keys: Pick<OwnerKeys, 'find'>): Route {
  return route({
    method: 'GET',
    path: '/logs/:id',
    summary: 'Read an entry of the audit log',
    permission: permissions.read,
    params: Type.Object({ id: uuidText('The event') }),
    response: { 200: Type.Object({ data: ProvableLogEntry }) },
    errors: ['not-found'],
    async handle({ params: { id }, principal }) {
      const json = await db.transaction(scopeOf(principal), async (tx) => {
        const entry = await findEntry(tx, id)
        if (entry === undefined) {
          const message = `There is no entry of the event "${id}"`
          throw new HubError('not-found', message, { faults: [{ field: 'id', message }] })
        }
        return provableDocument(entry.leaf, entry.leafHash, await keys.find(tx, ownersOf([entry.leaf])))
      })
      return { status: 200, json: `{"data":${json}}` }
    },
  })
}
