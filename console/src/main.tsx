import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isSignedOut, Problem } from './api/problem.ts'
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

/** The session is over: nothing of it stays on the screen, and whoever signs in comes back to the same place. */
function leave() {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in') return
  const isKnown = queryClient.getQueryData(['me']) !== undefined
  queryClient.clear()
  void router.navigate(pathTo.signIn({ to: href, ...(isKnown && { ended: 'yes' as const }) }))
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
