import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { DemoUser } from '../../../src/demo/report.ts'
import { pathTo } from '../path-builder.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { type DemoRun, demoRun } from './demo-run.ts'
import { useDemoRun } from './use-demo-run.ts'

/** Shows how the demo is loaded, and then its users with their passwords. Cannot be closed by accident: they are shown only here. */
export function DemoDialog() {
  const run = useDemoRun()
  useEffect(() => demoRun.end, [])
  return run.phase === 'none' ? null : <Report run={run} />
}

function Report({ run }: { run: DemoRun }) {
  useWarningBeforeLeaving()
  return (
    <Dialog title={titles[run.phase]}>
      <ul className="steps" aria-label="Steps" aria-live="polite">
        {run.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {run.error !== undefined && (
        <p className="notice bad" role="alert">
          {run.error instanceof Error ? run.error.message : String(run.error)}
        </p>
      )}
      {run.users.length > 0 && <Users users={run.users} />}
      {run.phase === 'loaded' && <Outlook wasThere={run.wasThere} />}
      <Buttons phase={run.phase} />
    </Dialog>
  )
}

const titles = {
  none: '',
  loading: 'Loading the demo …',
  loaded: 'The demo is loaded',
  failed: 'The demo could not be loaded',
}

function Users({ users }: { users: readonly DemoUser[] }) {
  return (
    <>
      <p>
        The passwords are <strong>shown this once</strong>: keep them if you want to sign in as one of these users.
      </p>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">User</th>
              <th scope="col">Password</th>
              <th scope="col">
                <span className="hidden">Copy</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map(({ username, password, about }) => (
              <tr key={username}>
                <td>
                  {username}
                  <br />
                  <small className="faint">{about}</small>
                </td>
                <td>
                  <code>{password}</code>
                </td>
                <td>
                  <CopyButton text={password} what={`the password of ${username}`} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Outlook({ wasThere }: { wasThere: boolean }) {
  return (
    <p>
      {wasThere && 'It was there already: nothing was changed, and nobody signs in as its users. '}
      Things happen for two minutes now, as long as this window stays open.
    </p>
  )
}

function Buttons({ phase }: { phase: DemoRun['phase'] }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const watch = () => {
    demoRun.close()
    // The hub is empty no more.
    void client.invalidateQueries()
    void navigate(pathTo.live())
  }
  return (
    <div className="dialog-buttons">
      {phase === 'failed' && (
        <>
          <button type="button" className="button" onClick={() => demoRun.close()}>
            Close
          </button>
          <button type="button" className="button primary" onClick={() => void demoRun.load()}>
            Try again
          </button>
        </>
      )}
      {phase === 'loaded' && (
        <button type="button" className="button primary" onClick={watch}>
          Watch it live
        </button>
      )}
    </div>
  )
}

function useWarningBeforeLeaving() {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])
}
