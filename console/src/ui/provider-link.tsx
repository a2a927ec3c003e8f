import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { providerChoicesQuery } from '../api/provider-queries.ts'
import { pathTo } from '../path-builder.ts'
import { shortId } from './short-id.tsx'

/** The name of a provider, leading to its page; of one that is gone, or somebody else's, the end of its id. */
export function ProviderLink({ id }: { id: string }) {
  const known = useQuery(providerChoicesQuery).data?.data.find((each) => each.id === id)
  return <Link {...pathTo.provider(id)}>{known?.name ?? shortId(id)}</Link>
}
