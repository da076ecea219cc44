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
  if (changed === null) {
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
  const file = project.createSourceFile('guest_user_config.ts', source, { overwrite: true })
  const config = file.getDescendants().find(isConfig)
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
 * The comment above a property is its first child
 */
function nameOf(property: Node): string | undefined {
  return property
    .getChildren()
    .find((child) => child.getKindName() !== 'JSDoc')
    ?.getText()
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
  const properties = listProperties(object).map((one) => one.getText())
  const start = object.getStart()
  const end = object.getEnd()
  const lineStart = source.lastIndexOf('\n', start) + 1
  const indent = /^ */.exec(source.slice(lineStart))![0]

  if (!object.getText().includes('\n')) {
    const all = [...properties, property]
    const line = `{ ${all.join(', ')} }`
    const rest = source.slice(end).split('\n', 1)[0].length
    const fits = start - lineStart + line.length + rest <= LINE_WIDTH
    const lines = all.map((one) => `${indent}  ${one},\n`).join('')
    return source.slice(0, start) + (fits ? line : `{\n${lines}${indent}}`) + source.slice(end)
  }

  const lastEnd = listProperties(object).at(-1)?.getEnd() ?? start + 1
  const lineEnd = source.lastIndexOf('\n', end) + 1
  const isComplete = lastEnd === start + 1 || source.slice(lastEnd).trimStart().startsWith(',')
  const gap = /\n *\n/.test(object.getText()) ? '\n' : ''
  return [
    source.slice(0, lastEnd),
    isComplete ? '' : ',',
    source.slice(lastEnd, lineEnd),
    `${gap}${indent}  ${property},\n`,
    source.slice(lineEnd),
  ].join('')
}
