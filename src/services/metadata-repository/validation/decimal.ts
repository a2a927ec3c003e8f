/**
 * Whether a number is a whole multiple of another, by the decimal digits that both are written with: 19.99 is one of 0.01, which binary division
 * denies. `divisor` > 0.
 */
export function isMultiple(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0
  const [one, other] = [decimalOf(value), decimalOf(divisor)]
  const scale = Math.max(one.scale, other.scale)
  return scaled(one, scale) % scaled(other, scale) === 0n
}

interface Decimal {
  readonly digits: bigint
  /** Digits after the point. */
  readonly scale: number
}

/** `Number.prototype.toString` gives the shortest digits that are this number's alone (ECMAScript, Number::toString). */
function decimalOf(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale)
}
