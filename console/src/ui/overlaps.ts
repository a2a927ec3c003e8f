/** For how long the older value of a secret stays good beside the new one: as the hub takes it, and in words. */
export const overlaps = [
  ['5m', '5 minutes'],
  ['1h', 'hour'],
  ['1d', 'day'],
  ['7d', 'week'],
] as const
