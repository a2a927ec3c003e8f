import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { compareSchemas } from '../../src/services/metadata-repository/comparison/compatibility.ts'
import type { Bundle } from '../../src/services/metadata-repository/language/bundle.ts'
import { rootOfBundle } from '../../src/services/metadata-repository/validation/schema-set.ts'
import { createValidator } from '../../src/services/metadata-repository/validation/validator.ts'
import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { wideSchema } from './wide-schema.ts'

const require = createRequire(import.meta.url)
const secondsOf = ({ quick }: BenchContext) => (quick ? 2 : 10)

interface Example {
  readonly examples: readonly unknown[]
}

/** All payloads of GitHub's deliveries that their schema takes. */
function payloads(isValid: (document: unknown) => boolean): unknown[] {
  const examples: readonly Example[] = require('@octokit/webhooks-examples')
  return examples.flatMap((each) => each.examples).filter(isValid)
}

/** Does the work over and over. */
function repeat(context: BenchContext, work: () => number): Measurement {
  work()
  const [begin, cpu] = [performance.now(), process.cpuUsage()]
  let count = 0
  while (performance.now() - begin < secondsOf(context) * 1e3) count += work()
  const seconds = (performance.now() - begin) / 1e3
  const { user, system } = process.cpuUsage(cpu)
  return { figures: { rate: count / seconds }, cpu: { process: (user + system) / 1e6 }, work: count, seconds }
}

function validateAll(context: BenchContext, isValid: (document: unknown) => boolean): Measurement {
  const documents = payloads(isValid)
  if (documents.length < 100)
    throw new Error(`Cannot count the run as most examples must be valid: ${documents.length} are`)
  return repeat(context, () => {
    for (const document of documents)
      if (!isValid(document)) throw new Error('Cannot count the run as all documents must be valid')
    return documents.length
  })
}

const githubSchema = () => require('@octokit/webhooks-schemas')

const validating: BenchCase = {
  id: 'metadata.validation',
  group: 'metadata',
  title: 'Validating documents',
  about:
    "Payloads of GitHub's webhooks, some 10 KB each, validated in one process by the schema of all of them, which is compiled. Ajv is set up as it is " +
    'usually: formats, the first fault ends it.',
  figures: [{ id: 'rate', title: 'validated', unit: 'documents/s' }],
  contestants: [
    {
      id: 'hub',
      title: 'Validator of the Metadata Repository',
      kind: 'ours',
      about:
        '`createValidator`: the schema brought to draft 2020-12, decimal `multipleOf`, linear `uniqueItems`, all faults told.',
      async run(context) {
        const bundle: Bundle = {
          root: '/github',
          schemas: { '/github': { dialect: 'draft-07', value: githubSchema() } },
        }
        const root = rootOfBundle(bundle)
        const validator = createValidator(root.set)
        return validateAll(context, (document) => validator.errors(root, document).length === 0)
      },
    },
    {
      id: 'ajv',
      title: 'Ajv',
      kind: 'limit',
      about: 'Ajv 8 as it comes, with `ajv-formats`.',
      async run(context) {
        const ajv = new Ajv({ strict: false, logger: false })
        formats.default(ajv)
        return validateAll(context, ajv.compile(githubSchema()))
      },
    },
  ],
  aims: [{ figure: 'rate', beside: 'ajv', atLeast: 0.8 }],
}

const comparing: BenchCase = {
  id: 'metadata.comparison',
  group: 'metadata',
  title: 'Comparing two versions of a schema of 1,000 properties',
  about:
    'Both versions are new each time. The aim is about a change that is compatible; one that is not is proved by a document, for which Ajv compiles both.',
  figures: [
    { id: 'compatible', title: 'compatible', unit: 'ms' },
    { id: 'broken', title: 'broken, with the proof', unit: 'ms' },
  ],
  contestants: [
    {
      id: 'hub',
      title: 'Comparison of the Metadata Repository',
      kind: 'ours',
      about: '`compareSchemas` in one process; the median of each.',
      async run(context) {
        const [begin, cpu] = [performance.now(), process.cpuUsage()]
        const rounds = context.quick ? 20 : 100
        const compatible = medianOf(rounds, () => compare(wideSchema(1_000), wideSchema(1_001), true))
        const broken = medianOf(rounds / 10, () => compare(wideSchema(1_001), wideSchema(1_000), false))
        const { user, system } = process.cpuUsage(cpu)
        const seconds = (performance.now() - begin) / 1e3
        return { figures: { compatible, broken }, cpu: { process: (user + system) / 1e6 }, work: rounds * 1.1, seconds }
      },
    },
  ],
  aims: [{ figure: 'compatible', atMost: 50 }],
}

/** Milliseconds of one comparison. */
function compare(before: object, after: object, wanted: boolean): number {
  const bundleOf = (value: object): Bundle => ({
    root: '/s',
    schemas: { '/s': { dialect: 'draft-07', value: { ...value } } },
  })
  const pair = { before: bundleOf(before), after: bundleOf(after), direction: 'BACKWARD' } as const
  const begin = performance.now()
  const { compatible } = compareSchemas(pair)
  if (compatible !== wanted) throw new Error('Cannot count the run as the comparison must come to the right result')
  return performance.now() - begin
}

function medianOf(rounds: number, measure: () => number): number {
  const times = Array.from({ length: rounds }, measure).toSorted((one, other) => one - other)
  return times[Math.floor(times.length / 2)] ?? 0
}

/** The cases about schemas. */
export const metadataCases: readonly BenchCase[] = [validating, comparing]
