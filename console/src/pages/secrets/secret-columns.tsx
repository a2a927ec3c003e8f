import { Link } from '@tanstack/react-router'
import type { SecretInList } from '../../api/secret-queries.ts'
import type { Actor } from '../../leave.ts'
import { pathTo } from '../../path-builder.ts'
import { Moment } from '../../ui/moment.tsx'
import type { Column } from '../../ui/thing-table.tsx'
import { SecretEnd } from './secret-end.tsx'
import { ownersText, typeNames } from './secret-words.ts'

/** What lists of secrets show of each. */
export const secretColumns = (me: Actor): readonly Column<SecretInList>[] => [
  {
    title: 'Secret',
    className: 'wrap',
    cell: ({ id, name, currentError }) => (
      <>
        <Link {...pathTo.secret(id)} className="row-link" data-row>
          {name}
        </Link>
        {currentError && (
          <>
            <br />
            <small className="fault">Not renewed: {currentError.message}</small>
          </>
        )}
      </>
    ),
  },
  { title: 'Type', cell: ({ type }) => typeNames[type] },
  { title: 'Owners', cell: ({ owners }) => ownersText(owners, me), className: 'wide' },
  { title: 'Ends', cell: (secret) => <SecretEnd secret={secret} />, className: 'faint' },
  { title: 'Changed', cell: ({ updatedAt }) => <Moment at={updatedAt} />, className: 'faint wide' },
]
