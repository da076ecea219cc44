import type { CallExpression, Node, PropertyAccessExpression, SourceFile } from 'ts-morph'

import { ACCOUNT_WORDS } from '../config/account_words.ts'
import { hasWholeGroups, listPatterns, readText } from './route_patterns.ts'
import { findNodes, isKind, replaceIn, type Edit } from './source_file.ts'

/**
 * Puts `unregisteredOnly()` in place of the starter kits' `guest()`, on routes
 * and groups that lead to an account
 */
export function openLoginRoutes(file: SourceFile): Edit {
  const closed = findNodes<CallExpression>(file, 'CallExpression').filter(
    (call) => call.getExpression().getText() === 'middleware.guest'
  )
  const guards = closed.filter((guard) => leadsToAccount(findRoutes(guard)))
  if (guards.length === 0) {
    return closed.every((guard) => areKnown(findRoutes(guard)))
      ? { outcome: 'done' }
      : { outcome: 'unknown', reason: 'it is not plain which routes "middleware.guest()" is on' }
  }
  if (guards.some((guard) => guard.getArguments().length > 0)) {
    return { outcome: 'unknown', reason: '"middleware.guest()" has options' }
  }

  const names = guards.map((guard) =>
    (guard.getExpression() as PropertyAccessExpression).getNameNode()
  )
  const replacements = names.map((name) => ({
    start: name.getStart(),
    end: name.getEnd(),
    text: 'unregisteredOnly',
  }))
  return { outcome: 'changed', contents: replaceIn(file.getFullText(), replacements) }
}

/**
 * The routes or the group in whose `use()` the middleware stands
 */
function findRoutes(guard: CallExpression): Node | undefined {
  const parent = guard.getParent()
  const call = isKind(parent, 'ArrayLiteralExpression') ? parent.getParent() : parent
  const use = isKind<CallExpression>(call, 'CallExpression') ? call.getExpression() : undefined
  return isKind<PropertyAccessExpression>(use, 'PropertyAccessExpression') &&
    use.getName() === 'use'
    ? use
    : undefined
}

function leadsToAccount(routes: Node | undefined): boolean {
  return Boolean(routes?.getDescendants().some((text) => ACCOUNT_WORDS.test(readText(text) ?? '')))
}

function areKnown(routes: Node | undefined): boolean {
  const patterns = routes ? listPatterns(routes) : []
  return patterns.length > 0 && !patterns.includes(undefined) && hasWholeGroups(routes!)
}
