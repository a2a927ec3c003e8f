import assert from 'node:assert/strict'
import { test } from 'node:test'
import jsonata from 'jsonata'
import { issueDeliveries } from './delivery.ts'
import { ticketExpression, toTicket } from './mapping.ts'

test('ticketExpression() makes of every delivery what toTicket() does', () => {
  const expression = jsonata(ticketExpression('$headers'))
  const deliveries = issueDeliveries()
  assert.ok(deliveries.length > 20)
  for (const { event, payload } of deliveries) {
    const headers = { 'x-github-delivery': '7', 'x-github-event': event }
    const mapped = JSON.parse(JSON.stringify(expression.evaluate(payload, { headers })))
    assert.deepEqual(mapped, toTicket('7', event, payload))
  }
})
