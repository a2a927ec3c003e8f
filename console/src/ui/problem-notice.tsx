import { toProblem } from '../api/problem.ts'

/** What went wrong, as the hub told it, and a way to try again. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error)
  const faults = problem.faults.filter(({ message }) => message !== problem.message)
  return (
    <div className="notice bad" role="alert">
      <div>
        <strong>{problem.title}</strong>
        <p>{problem.message}</p>
        {faults.length > 0 && (
          <ul>
            {faults.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                {field?.includes('/') && <code>{field}</code>} {message}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
