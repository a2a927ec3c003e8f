import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import {
  type Explained,
  type Explanation,
  explanationQuery,
  permissionsQuery,
  roleChoicesQuery,
} from '../../api/iam-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { iamCan } from '../../iam-can.ts'
import { pathTo } from '../../path-builder.ts'
import { FilterField } from '../../ui/filter-field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { useTenantNames } from '../../ui/tenant-link.tsx'

type ExplainedPermission = Explanation['data'][number]

interface WhyProps {
  readonly of: Explained
  /** The name of who it is about; "you" is spoken to. */
  readonly who: string
  /** What is asked about: a permission, or a part of its name. */
  readonly permission: string
  readonly onAsk: (permission: string) => void
  /** Beside the question: where it is asked. */
  readonly children?: ReactNode
}

/** What somebody may do, and why: all of it, or the answer to one question. */
export function Why({ of, who, permission, onAsk, children }: WhyProps) {
  const known = useQuery(permissionsQuery).data?.data ?? []
  const all = useQuery(explanationQuery(of))
  const isWhole = known.some(({ name }) => name === permission)
  return (
    <section className="card pad" aria-labelledby="why">
      <h2 id="why">{who === 'you' ? 'Why may I …?' : `Why may ${who} …?`}</h2>
      <div className="ask">
        <FilterField
          label="Permission"
          value={permission}
          onChange={onAsk}
          placeholder="for example flows.read"
          suggestions={known.map(({ name }) => name)}
          hint="A whole name is answered, also where it is not allowed; a part of one narrows the list down."
        />
        {children}
      </div>
      <Loaded query={all}>
        {({ data, suspended, tenant }) => (
          <>
            {suspended && <p className="notice bad">Nothing of it is in force at the moment: {suspended}.</p>}
            {isWhole ? (
              <Answer of={of} who={who} permission={permission} />
            ) : (
              <Allowed all={data} wanted={permission} where={tenant} />
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

function Answer({ of, who, permission }: Pick<WhyProps, 'of' | 'who' | 'permission'>) {
  const query = useQuery(explanationQuery(of, permission))
  const verb = who === 'you' ? 'You may' : `${who} may`
  return (
    <Loaded query={query}>
      {({ data: [about] }) =>
        about && (
          <div className={`answer ${about.allowed ? 'good' : 'bad'}`} role="status">
            <p>
              <strong>{about.allowed ? 'Yes.' : 'No.'}</strong> {verb} {about.allowed ? '' : 'not '}
              {withSmallStart(about.description)} (<code>{about.name}</code>).
            </p>
            {about.reasons.length > 0 ? (
              <Reasons reasons={about.reasons} />
            ) : (
              <WhyNot permission={about.name} who={who} />
            )}
          </div>
        )
      }
    </Loaded>
  )
}

/** Nothing gives it: which roles would. */
function WhyNot({ permission, who }: { permission: string; who: string }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const isSeen = iamCan.seeRoles(me).may
  const roles = useQuery({ ...roleChoicesQuery, enabled: isSeen }).data?.data ?? []
  const isRestricted = useQuery(permissionsQuery).data?.data.find(({ name }) => name === permission)?.restricted ?? true
  const ways = ['all', permission, ...(isRestricted ? [] : ['tenant.all'])]
  const giving = roles.filter(({ permissions }) => permissions.some((name) => ways.includes(name)))
  return (
    <p>
      No role of {who === 'you' ? 'yours' : who} gives it, and it is not given directly.
      {giving.length > 0 && ' Roles that would: '}
      {giving.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link {...pathTo.role(id)}>{name}</Link>
        </span>
      ))}
      {giving.length > 0 && '.'}
    </p>
  )
}

function Reasons({ reasons }: Pick<ExplainedPermission, 'reasons'>) {
  return (
    <ul className="reasons">
      {reasons.map((reason) => (
        <li key={reason.text}>
          <Sentence reason={reason} />
        </li>
      ))}
    </ul>
  )
}

/** The hub's sentence, with the name of the tenant instead of its id, and a way to the role. */
function Sentence({ reason: { text, role, tenant } }: { reason: ExplainedPermission['reasons'][number] }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const nameOf = useTenantNames()
  const told = tenant ? text.replace(tenant, nameOf(tenant)) : text
  const at = role && iamCan.seeRoles(me).may ? told.indexOf(role.name) : -1
  if (role === undefined || at < 0) return told
  return (
    <>
      {told.slice(0, at)}
      <Link {...pathTo.role(role.id)}>{role.name}</Link>
      {told.slice(at + role.name.length)}
    </>
  )
}

function withSmallStart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

function Allowed({
  all,
  wanted,
  where,
}: {
  all: readonly ExplainedPermission[]
  wanted: string
  where: string | undefined
}) {
  const nameOf = useTenantNames()
  const shown = all.filter(({ name, description }) => {
    return `${name} ${description}`.toLowerCase().includes(wanted.toLowerCase().trim())
  })
  return (
    <>
      <p className="faint">
        {shown.length} of {all.length} permissions{where && `, as a member of ${nameOf(where)}`}
      </p>
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <div className="table scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">May</th>
                <th scope="col" className="wide">
                  Which is to
                </th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, description, reasons }) => (
                <tr key={name}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td className="wide wrap">{description}</td>
                  <td className="wrap">
                    <Reasons reasons={reasons} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
