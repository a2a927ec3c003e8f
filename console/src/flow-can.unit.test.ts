import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowCan } from './flow-can.ts'

const may = { permissions: ['flows.control'] }
const mayNot = { permissions: ['flows.read'] }

test('flowCan() allows a start only where the flow is at rest, and a stop only where it is not', () => {
  const table = (['inactive', 'starting', 'active', 'stopping'] as const).map((status) => {
    return [status, flowCan.start({ status }, may).may, flowCan.stop({ status }, may).may]
  })
  assert.deepEqual(table, [
    ['inactive', true, false],
    ['starting', false, true],
    ['active', false, true],
    ['stopping', false, false],
  ])
})

test('flowCan() names the permission that is missing', () => {
  const leave = flowCan.start({ status: 'inactive' }, mayNot)
  assert.deepEqual(leave, { may: false, reason: 'You lack the permission "flows.control"' })
  assert.equal(flowCan.start({ status: 'inactive' }, { permissions: ['tenant.all'] }).may, true)
})
