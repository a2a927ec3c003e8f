import { Link } from '@tanstack/react-router'
import type { SchemaInList } from '../../api/metadata-queries.ts'
import { pathTo } from '../../path-builder.ts'
import { moveByArrows } from '../../ui/arrow-keys.ts'
import { lastSegment, type SchemaFolder, treeOf } from './schema-tree.ts'

/** Schemas up to which all folders are open from the start. */
const FEW = 60

interface TreeProps {
  readonly schemas: readonly SchemaInList[]
  /** Whether one looks for something, so that all that fits is to be seen. */
  readonly isFound: boolean
}

/** Schemas as a tree by their paths. The arrow keys lead from row to row, Enter opens and closes folders. */
export function SchemaTree({ schemas, isFound }: TreeProps) {
  const isOpen = isFound || schemas.length <= FEW
  return (
    <ul className="card tree" aria-label="Schemas" onKeyDown={moveByArrows}>
      <Members folder={treeOf(schemas)} isOpen={isOpen} />
    </ul>
  )
}

interface FolderProps {
  readonly folder: SchemaFolder<SchemaInList>
  readonly isOpen: boolean
}

function Members({ folder: { folders, schemas }, isOpen }: FolderProps) {
  return (
    <>
      {folders.map((folder) => (
        <li key={folder.path}>
          <details open={isOpen}>
            <summary data-row>
              {folder.name}/ <span className="faint">{folder.total}</span>
            </summary>
            <ul aria-label={folder.path}>
              <Members folder={folder} isOpen={isOpen} />
            </ul>
          </details>
        </li>
      ))}
      {schemas.map((schema) => (
        <li key={schema.uri}>
          <Link {...pathTo.schema(schema)} className="row-link" data-row>
            {lastSegment(schema.uri)}
          </Link>{' '}
          {schema.name !== schema.uri && <span>{schema.name}</span>}{' '}
          <small className="faint">version {schema.version}</small>
        </li>
      ))}
    </>
  )
}
