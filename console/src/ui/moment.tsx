import { useNow } from './use-now.ts'

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' })

/** "3 min. ago"; what is less than five seconds away is "just now". */
export function agoText(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1_000)
  if (Math.abs(seconds) < 5) return 'just now'
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return relative.format(Math.round(seconds / size), unit)
}

/** A time relative to now, with the exact one as its title. */
export function Moment({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={at}>
      {agoText(Date.parse(at), now)}
    </time>
  )
}

/** The time of day with milliseconds, as logs show it; the exact one as its title. */
export function ClockTime({ at }: { at: string }) {
  const date = new Date(at)
  const clock = date.toLocaleTimeString('en-GB', { hour12: false })
  return (
    <time dateTime={at} title={at} className="mono">
      {clock}
      <span className="faint">.{String(date.getMilliseconds()).padStart(3, '0')}</span>
    </time>
  )
}

/** "4 ms", "1.2 s", "3 min 5 s". */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}
