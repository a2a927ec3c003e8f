const tones: Record<string, string> = {
  inactive: 'idle',
  starting: 'busy',
  active: 'good',
  stopping: 'busy',
  running: 'busy',
  waiting: 'wait',
  success: 'good',
  failed: 'bad',
  ACTIVE: 'good',
  DISABLED: 'bad',
  PENDING: 'wait',
}

/** The colour family of a status: `good`, `bad`, `busy`, `wait` or `idle`. */
export function toneOf(status: string): string {
  return tones[status] ?? 'idle'
}

/** A status in words and colour. */
export function StatusBadge({ status }: { status: string }) {
  return <span className={`badge ${toneOf(status)}`}>{status}</span>
}
