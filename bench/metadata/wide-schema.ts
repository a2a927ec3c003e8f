/** A schema of so many properties, of the kinds that records of business applications have. */
export function wideSchema(count: number): object {
  const kinds = [
    { type: 'string', maxLength: 200, description: 'A text' },
    { type: 'integer', minimum: 0 },
    { enum: ['open', 'paid', 'cancelled'] },
    { type: 'array', items: { type: 'string', format: 'email' }, maxItems: 20 },
    {
      type: 'object',
      properties: { amount: { type: 'number' }, currency: { type: 'string', pattern: '^[A-Z]{3}$' } },
      required: ['amount'],
    },
  ]
  const properties = Array.from({ length: count }, (_, index) => [
    `property${index}`,
    { ...kinds[index % kinds.length] },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: ['property1', 'property2'],
    additionalProperties: false,
  }
}
