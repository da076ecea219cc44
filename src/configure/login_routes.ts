import type { CallExpression, Node, PropertyAccessExpression, SourceFile } from 'ts-morph'

import { findNodes, isKind, replaceIn, type Edit } from './source_file.ts'

/**
 * Parts of the patterns of routes for login, signup and forgotten passwords
 */
const ACCOUNT_WORDS = /log-?_?in|sign-?_?(in|up)|regist|password/i

/**
 * Puts `unregisteredOnly()` in place of the starter kits' `guest()`, on routes
 * and groups that lead to an account
 */
export function openLoginRoutes(file: SourceFile): Edit {
  const guards = findNodes<CallExpression>(file, 'CallExpression').filter(isAccountGuard)
  if (guards.length === 0) {
    return { outcome: 'done' }
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
 * `middleware.guest()` within the `use()` of such routes
 */
function isAccountGuard(call: CallExpression): boolean {
  if (call.getExpression().getText() !== 'middleware.guest') {
    return false
  }
  const parent = call.getParent()
  const use = isKind(parent, 'ArrayLiteralExpression') ? parent.getParent() : parent
  return isKind<CallExpression>(use, 'CallExpression') && leadsToAccount(use.getExpression())
}

function leadsToAccount(use: Node): boolean {
  return (
    isKind<PropertyAccessExpression>(use, 'PropertyAccessExpression') &&
    use.getName() === 'use' &&
    findNodes(use, 'StringLiteral').some((text) => ACCOUNT_WORDS.test(text.getText()))
  )
}
