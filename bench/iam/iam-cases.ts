import type { BenchCase } from '../harness/case.ts'
import { loginCase } from './login-case.ts'
import { revocationCase } from './revocation-case.ts'
import { tokenCheckCases } from './token-check-cases.ts'

/** The cases about who someone is. */
export const iamCases: readonly BenchCase[] = [...tokenCheckCases, loginCase, revocationCase]
