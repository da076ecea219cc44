import type { CallExpression, Node, NoSubstitutionTemplateLiteral, StringLiteral } from 'ts-morph'

import { findNodes, isKind } from './source_file.ts'

const METHODS = 'on|get|post|put|patch|delete|any|route|resource|shallowResource'

/**
 * What is written in a string without parts to be filled in
 */
export function readText(node: Node | undefined): string | undefined {
  return isKind<StringLiteral>(node, 'StringLiteral') ||
    isKind<NoSubstitutionTemplateLiteral>(node, 'NoSubstitutionTemplateLiteral')
    ? node.getLiteralText()
    : undefined
}

/**
 * The patterns of the routes that are made below a node, each undefined where it is
 * not written out
 */
export function listPatterns(node: Node): (string | undefined)[] {
  return findRouterCalls(node, METHODS).map((call) => readText(call.getArguments()[0]))
}

/**
 * Whether all routes of all groups below a node stand in it
 */
export function hasWholeGroups(node: Node): boolean {
  return findRouterCalls(node, 'group').every((call) =>
    ['ArrowFunction', 'FunctionExpression'].includes(call.getArguments()[0]?.getKindName())
  )
}

function findRouterCalls(node: Node, methods: string): CallExpression[] {
  const callee = new RegExp(`^router\\s*\\.\\s*(${methods})$`)
  return findNodes<CallExpression>(node, 'CallExpression').filter((call) =>
    callee.test(call.getExpression().getText())
  )
}
