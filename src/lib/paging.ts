import { type Static, Type } from 'typebox'

/** The reference's paging: `page[number]` from 1, `page[size]` up to 100. */
export const pagingQuery = {
  'page[number]': Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1, description: 'Page, from 1' }),
  ),
  'page[size]': Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'Things per page' })),
}

/** What stands beside the things of a page. */
export const PageMeta = Type.Object({
  page: Type.Integer(),
  perPage: Type.Integer(),
  total: Type.Integer({ description: 'All things that fit the filter' }),
  totalPages: Type.Integer({ description: 'At least 1' }),
})

/** A page that was asked for. */
export interface Paging {
  readonly limit: number
  readonly offset: number
  /** The meta data of the page, once the total is known. */
  meta(total: number): Static<typeof PageMeta>
}

/** Which rows the query asks for. Default: the first 50. */
export function pagingOf(query: { 'page[number]'?: number; 'page[size]'?: number }): Paging {
  const page = query['page[number]'] ?? 1
  const perPage = query['page[size]'] ?? 50
  return {
    limit: perPage,
    offset: (page - 1) * perPage,
    meta: (total) => ({ page, perPage, total, totalPages: Math.max(1, Math.ceil(total / perPage)) }),
  }
}
