import { readFile, writeFile } from 'node:fs/promises'
import type { CodeTransformer } from '@adonisjs/assembler/code_transformer'

type Project = CodeTransformer['project']
type Node = ReturnType<ReturnType<Project['createSourceFile']>['getDescendants']>[number]

/**
 * What Prettier breaks
 */
const LINE_WIDTH = 100

/**
 * `unusual` is a file that only its author understands
 */
export type Outcome = 'added' | 'present' | 'unusual'

/**
 * Sets an option of `convert` in a configuration file, where nothing is set yet
 *
 * @param value as it is written in the file
 *
 * @example
 * await addConvertOption(project, app.configPath('guest_user.ts'), 'inertia', 'true')
 */
export async function addConvertOption(
  project: Project,
  path: string,
  name: string,
  value: string
): Promise<Outcome> {
  const source = await readFile(path, 'utf-8').catch(() => '')
  const changed = insertOption(project, source, name, value)
  if (changed === null || !readConfig(project, changed)) {
    return 'unusual'
  }
  if (changed === source) {
    return 'present'
  }
  await writeFile(path, changed)
  return 'added'
}

/**
 * @returns null where it is not plain what to change
 */
function insertOption(project: Project, source: string, name: string, value: string) {
  const config = readConfig(project, source)
  if (!config) {
    return null
  }
  const convert = findProperty(config, 'convert')
  if (!convert) {
    return insertProperty(source, config, `convert: { ${name}: ${value} }`)
  }
  const options = convert.getLastChild()!
  if (!isObject(options)) {
    return null
  }
  const option = findProperty(options, name)
  if (!option) {
    return insertProperty(source, options, `${name}: ${value}`)
  }
  return option.getLastChild()!.getText() === value ? source : null
}

/**
 * The object in `defineConfig({ … })`
 *
 * @returns undefined where there is none, or the file has syntax errors or a name twice
 */
function readConfig(project: Project, source: string): Node | undefined {
  const file = project.createSourceFile('guest_user_config.ts', source, { overwrite: true })
  const { parseDiagnostics } = file.compilerNode as unknown as { parseDiagnostics: unknown[] }
  const config = file.getDescendants().find(isConfig)
  const objects = config ? [config, findProperty(config, 'convert')?.getLastChild()] : []
  const isSound = objects.filter((one) => one && isObject(one)).every((one) => hasNamesOnce(one!))
  return parseDiagnostics.length === 0 && isSound ? config : undefined
}

function hasNamesOnce(object: Node): boolean {
  const names = listProperties(object)
    .map(nameOf)
    .filter((name) => name !== undefined)
  return new Set(names).size === names.length
}

function isObject(node: Node): boolean {
  return node.getKindName() === 'ObjectLiteralExpression'
}

/**
 * Is this the object in `defineConfig({ … })`?
 */
function isConfig(node: Node): boolean {
  const call = node.getParent()
  return (
    isObject(node) &&
    call?.getKindName() === 'CallExpression' &&
    call.getFirstChild()?.getText() === 'defineConfig'
  )
}

function findProperty(object: Node, name: string): Node | undefined {
  return listProperties(object).find((property) => nameOf(property) === name)
}

/**
 * Without quotes. What is spread into the object has no name
 */
function nameOf(property: Node): string | undefined {
  const { getName } = property as Node & { getName?: () => string }
  return getName?.call(property).replaceAll(/['"]/g, '')
}

function listProperties(object: Node): Node[] {
  const [, list] = object.getChildren()
  return list.getChildren().filter((child) => !/Comma|Trivia/.test(child.getKindName()))
}

/**
 * Adds a property at the end, in the style of Prettier and of the file, which may have
 * empty lines between options. Comments stay where they are
 */
function insertProperty(source: string, object: Node, property: string): string {
  const start = object.getStart()
  const closing = object.getEnd() - 1
  const lineStart = source.lastIndexOf('\n', start) + 1
  const indent = /^ */.exec(source.slice(lineStart))![0]
  const [, list] = object.getChildren()
  const last = listProperties(object).at(-1)
  const lastEnd = last?.getEnd() ?? start + 1
  const comma = last && list.getChildren().findLast((one) => one.getKindName() === 'CommaToken')
  const isComplete = !last || (comma !== undefined && comma.getStart() >= lastEnd)

  const closingLine = source.lastIndexOf('\n', closing) + 1
  if (closingLine > start && source.slice(closingLine, closing).trim() === '') {
    const gap = /\n *\n/.test(object.getText()) ? '\n' : ''
    return [
      source.slice(0, lastEnd),
      isComplete ? '' : ',',
      source.slice(lastEnd, closingLine),
      `${gap}${indent}  ${property},\n`,
      source.slice(closingLine),
    ].join('')
  }

  const position = last && isComplete ? comma!.getEnd() : lastEnd
  const isEmpty = object.getText() === '{}'
  const added = `${isComplete ? '' : ','} ${property}${isEmpty ? ' ' : ''}`
  const line = source.slice(0, position) + added + source.slice(position)
  const width = line.slice(lineStart).split('\n', 1)[0].length
  if (width <= LINE_WIDTH || /\n|\/\*/.test(object.getText())) {
    return line
  }
  const all = [...listProperties(object).map((one) => one.getText()), property]
  const lines = all.map((one) => `${indent}  ${one},\n`).join('')
  return `${source.slice(0, start)}{\n${lines}${indent}${source.slice(closing)}`
}
