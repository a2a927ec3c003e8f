import type { BenchCase } from '../harness/case.ts'
import { handleCases } from './handle-case.ts'
import { publishCases } from './publish-case.ts'

/** All cases about the bus. */
export const busCases: readonly BenchCase[] = [...publishCases, ...handleCases]
