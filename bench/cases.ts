import { busCases } from './bus/bus-cases.ts'
import { flowCases } from './flows/flow-cases.ts'
import { footprintCases } from './footprint/footprint-cases.ts'
import type { BenchCase } from './harness/case.ts'
import { iamCases } from './iam/iam-cases.ts'
import { metadataCases } from './metadata/metadata-cases.ts'
import { secretCases } from './secrets/secret-cases.ts'

/** Everything that is measured, in the order of the report. */
export const cases: readonly BenchCase[] = [
  ...busCases,
  ...flowCases,
  ...iamCases,
  ...secretCases,
  ...metadataCases,
  ...footprintCases,
]
