import type { BenchCase } from '../harness/case.ts'
import { handleCases } from './handle-case.ts'
import { latencyCases } from './latency-case.ts'
import { publishCases } from './publish-case.ts'
import { stressCases } from './stress-case.ts'

/** All cases about the bus. */
export const busCases: readonly BenchCase[] = [...publishCases, ...handleCases, ...latencyCases, ...stressCases]
