import type { SourceFile } from 'ts-morph'

import { listPatterns } from './route_patterns.ts'
import { findVariable, replaceIn, type Edit } from './source_file.ts'

const SERVICE = 'adonisjs-guest-user/services/main'

/**
 * Adds a call such as `guestUsers.registerConvertRoutes('/convert')` at the end
 * of a file with routes
 *
 * @param method of the service
 * @param pattern where its routes are
 */
export function registerRoutes(file: SourceFile, method: string, pattern: string): Edit {
  const text = file.getFullText()
  const imports = file.getImportDeclarations()
  const last = imports.at(-1)
  if (!last) {
    return { outcome: 'unknown', reason: 'it imports nothing' }
  }

  const imported = imports
    .find((one) => one.getModuleSpecifierValue() === SERVICE)
    ?.getDefaultImport()
    ?.getText()
  if (!imported && findVariable(file, 'guestUsers').length > 0) {
    return { outcome: 'unknown', reason: 'it has another "guestUsers"' }
  }
  const catchAll = listPatterns(file).find((other) => other && answersAll(other, pattern))
  if (catchAll !== undefined) {
    return {
      outcome: 'unknown',
      reason: `its route "${catchAll}" answers first, so this goes before it`,
    }
  }

  const replacements = [describeCall(file, `${imported ?? 'guestUsers'}.${method}('${pattern}')`)]
  if (!imported) {
    const end = last.getEnd()
    replacements.push({ start: end, end, text: `\nimport guestUsers from '${SERVICE}'` })
  }
  return { outcome: 'changed', contents: replaceIn(text, replacements) }
}

/**
 * Whether a pattern such as `*` or `/:locale/*` also stands for what begins with
 * another one. Prefixes of groups are not looked at: the worst is an edit by hand
 */
function answersAll(pattern: string, other: string): boolean {
  const parts = pattern.split('/').filter(Boolean)
  const others = other.split('/').filter(Boolean)
  const matches = (part: string, index: number) => part.startsWith(':') || part === others[index]
  return parts.at(-1) === '*' && parts.slice(0, -1).every(matches)
}

/**
 * On a line of its own at the end, beside other calls of the kind
 */
function describeCall(file: SourceFile, call: string) {
  const text = file.getFullText()
  const end = text.trimEnd().length
  const isBeside = /^guestUsers\.register\w+Routes\(/.test(
    file.getStatements().at(-1)?.getText() ?? ''
  )
  return { start: end, end: text.length, text: `${isBeside ? '\n' : '\n\n'}${call}\n` }
}
