import type {
  CallExpression,
  Node,
  ObjectLiteralExpression,
  Project,
  PropertyAssignment,
  StringLiteral,
} from 'ts-morph'

import { findNodes, isKind, parse } from './source_file.ts'

/**
 * A guard of `config/auth.ts`
 */
export interface AuthGuard {
  name: string
  kind: 'session' | 'tokens' | 'basic' | 'unknown'

  /**
   * The module of the user model, as `config/auth.ts` imports it
   */
  userModel?: string
}

export interface AuthGuards {
  default: AuthGuard
  guards: AuthGuard[]
}

const KINDS: Record<string, AuthGuard['kind']> = {
  sessionGuard: 'session',
  tokensGuard: 'tokens',
  basicAuthGuard: 'basic',
}

/**
 * Reads the guards from the text of `config/auth.ts`. The file is not imported:
 * its guards want a booted application
 *
 * @returns null when it does not look like that of AdonisJS
 */
export function readAuthGuards(project: Project, path: string, text: string): AuthGuards | null {
  const file = parse(project, path, text)
  const properties = file ? findNodes<PropertyAssignment>(file, 'PropertyAssignment') : []
  const valueOf = (name: string) =>
    properties.find((property) => property.getName() === name)?.getInitializer()

  const list = valueOf('guards')
  const members = isKind<ObjectLiteralExpression>(list, 'ObjectLiteralExpression')
    ? list.getProperties()
    : []
  const guards = members
    .filter((one) => isKind<PropertyAssignment>(one, 'PropertyAssignment'))
    .map((one) => describeGuard(one))
  if (guards.length < members.length) {
    return null
  }
  const standard = valueOf('default')
  const name = isKind<StringLiteral>(standard, 'StringLiteral') ? standard.getLiteralValue() : null
  const found = guards.find((guard) => guard.name === name)
  return found ? { default: found, guards } : null
}

function describeGuard(property: PropertyAssignment): AuthGuard {
  const guard = property.getInitializer()
  const name = isKind<CallExpression>(guard, 'CallExpression')
    ? guard.getExpression().getText()
    : ''
  return {
    name: property.getName().replaceAll(/['"]/g, ''),
    kind: KINDS[name] ?? 'unknown',
    userModel: guard && findImport(guard),
  }
}

function findImport(guard: Node): string | undefined {
  const [call] = findNodes<CallExpression>(guard, 'CallExpression').filter((one) =>
    isKind(one.getExpression(), 'ImportKeyword')
  )
  const specifier = call?.getArguments()[0]
  return isKind<StringLiteral>(specifier, 'StringLiteral') ? specifier.getLiteralValue() : undefined
}
