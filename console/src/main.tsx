import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isSignedOut, Problem } from './api/problem.ts'
import { meQuery } from './api/queries.ts'
import { onSessionChange } from './api/session.ts'
import { pathTo } from './path-builder.ts'
import { createConsoleRouter } from './router.tsx'
import './styles/index.css'

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (isSignedOut(error)) leave()
    },
  }),
  defaultOptions: {
    queries: {
      // What is refused stays refused; what did not get through may the next time.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status > 0 && error.status < 500),
      staleTime: 1_000,
    },
  },
})
const router = createConsoleRouter(queryClient)

let isLeaving = false

/** The session is over: nothing of it stays on the screen, and whoever signs in comes back to the same place. */
function leave() {
  const { pathname, href } = router.state.location
  // Several queries may hear of it at the same time.
  if (pathname === '/sign-in' || isLeaving) return
  isLeaving = true
  const isKnown = queryClient.getQueryData(meQuery.queryKey) !== undefined
  queryClient.clear()
  const search = { to: href, ...(isKnown && { ended: 'yes' as const }) }
  void router.navigate(pathTo.signIn(search)).finally(() => {
    isLeaving = false
  })
}

onSessionChange((change) => {
  if (change === 'signed-out') leave()
  // It may be somebody else.
  else location.reload()
})

// biome-ignore lint/style/noNonNullAssertion: index.html has it
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
