/** An error answer of the hub, or what kept it from answering. */
export class Problem extends Error {
  /** 0 when there was no answer. */
  readonly status: number
  readonly code: string
  readonly title: string
  /** One a fault of the input, with the field where it has one. */
  readonly faults: readonly { readonly field?: string; readonly message: string }[]
  /** What else the hub told; its form is known by the code. */
  readonly report: unknown

  constructor(
    status: number,
    about: { code?: string; title?: string; detail?: string; errors?: Problem['faults']; report?: unknown },
    options?: ErrorOptions,
  ) {
    super(about.detail ?? about.title ?? 'The hub answered with an error', options)
    this.status = status
    this.code = about.code ?? 'unknown'
    this.title = about.title ?? `Error ${status}`
    this.faults = about.errors ?? []
    this.report = about.report
  }
}

/** Reads what an answer with an error status said; anything but a problem document is told by its status alone. */
export function problemFrom(status: number, body: unknown): Problem {
  return new Problem(status, typeof body === 'object' && body !== null ? body : {})
}

/** Any error as a problem: where there was no answer, the hub could not be reached. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const title = 'The hub cannot be reached'
  return new Problem(
    0,
    { code: 'unreachable', title, detail: 'There was no answer: see whether the hub runs' },
    { cause: error },
  )
}

/** Whether nobody is signed in any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401
}
