import type { ResolvedConfig } from '../types.ts'
import type { Chain } from './middleware_chain.ts'
import { isRoute } from '../pages/route_urls.ts'
import { readIndexes } from '../database/indexes.ts'
import { readTableColumns, type TableColumn } from '../database/table_columns.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { createFinding, describeMigration, type Finding } from './finding.ts'

const ADMIN_ROUTE = 'guest_user.admin.index'
const TEXT = /char|text/

/**
 * Admin pages that are closed to everybody
 */
export function checkAdminRoutes(chains: Chain[], config?: ResolvedConfig): Finding[] {
  const list = chains.find(({ routeName }) => isRoute(routeName, ADMIN_ROUTE))
  if (!list || !config || config.admin.authorize) {
    return []
  }
  return [
    createFinding(
      'admin-closed',
      `The admin pages at "${list.pattern}" answer every request with 403: "admin.authorize" is missing in "config/guest_user.ts"`,
      'Define there who may see the guests and delete them, for example:\nadmin: { authorize: ({ auth }) => auth.user?.isAdmin === true },'
    ),
  ]
}

/**
 * A search reads an index from the term on; without one, it sorts the whole table
 */
export async function checkAdminSearch({
  client,
  config,
  userModel,
  connectionFlag,
}: SubjectWithDatabase): Promise<Finding[]> {
  const columns = await readTableColumns(client, userModel.table)
  const indexes = await readIndexes(client, userModel.table)

  return (config.admin.search ?? []).flatMap((attribute) => {
    const name = userModel.$getColumn(attribute)?.columnName
    const column = columns.find((candidate) => candidate.name === name)
    if (!name || !column) {
      return [
        describeInvalid(
          `names "${attribute}", but the model "${userModel.name}" has no such column`
        ),
      ]
    }
    if (!TEXT.test(column.type)) {
      return [
        describeInvalid(`names "${attribute}", but "${userModel.table}.${name}" holds no text`),
      ]
    }
    if (indexes.some((index) => index.columns[0] === name)) {
      return []
    }
    return [
      createFinding(
        'unindexed-search',
        `"admin.search" names "${attribute}", but "${userModel.table}.${name}" has no index, so each search reads the whole table`,
        describeMigration(
          { table: userModel.table, connectionFlag },
          describeIndex(column, client.dialect.name)
        )
      ),
    ]
  })
}

/**
 * MySQL indexes only the beginning of a TEXT, which helps no search
 */
function describeIndex({ name, type, isNullable }: TableColumn, dialect: string): string[] {
  const index = `table.index(['${name}'])`
  if (dialect !== 'mysql' || !type.endsWith('text')) {
    return [index]
  }
  const nullability = isNullable ? 'nullable' : 'notNullable'
  return [`table.string('${name}', 255).${nullability}().alter()`, index]
}

function describeInvalid(problem: string): Finding {
  return createFinding(
    'invalid-search',
    `"admin.search" of "config/guest_user.ts" ${problem}`,
    'Name text columns of the user model there'
  )
}
