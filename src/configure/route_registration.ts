import type { SourceFile } from 'ts-morph'

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

  const replacements = [describeCall(file, `${imported ?? 'guestUsers'}.${method}('${pattern}')`)]
  if (!imported) {
    const end = last.getEnd()
    replacements.push({ start: end, end, text: `\nimport guestUsers from '${SERVICE}'` })
  }
  return { outcome: 'changed', contents: replaceIn(text, replacements) }
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
