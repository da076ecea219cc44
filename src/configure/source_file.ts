import type { CallExpression, Node, Project, SourceFile } from 'ts-morph'

/**
 * What an edit of a source file comes to. A file that looks different from what
 * the edit knows is left alone
 */
export type Edit =
  | { outcome: 'done' }
  | { outcome: 'changed'; contents: string }
  | { outcome: 'unknown'; reason: string }

/**
 * New text for the part of a file between two positions
 */
export interface Replacement {
  start: number
  end: number
  text: string
}

/**
 * The syntax tree of a text. Nothing is written
 *
 * @returns null when the text is not TypeScript
 */
export function parse(project: Project, path: string, text: string): SourceFile | null {
  const file = project.createSourceFile(path, text, { overwrite: true })
  const { parseDiagnostics } = file.compilerNode as unknown as { parseDiagnostics: unknown[] }
  return parseDiagnostics.length === 0 ? file : null
}

/**
 * The nodes of a kind below a node. The kinds have names here, because their
 * numbers differ between releases of TypeScript, and only the application knows
 * which one it has
 */
export function findNodes<Found extends Node>(node: Node, kind: string): Found[] {
  return node.getDescendants().filter((one) => one.getKindName() === kind) as Found[]
}

export function isKind<Found extends Node>(node: Node | undefined, kind: string): node is Found {
  return node?.getKindName() === kind
}

/**
 * The replacements may be in any order, but not overlap
 */
export function replaceIn(text: string, replacements: Replacement[]): string {
  return replacements
    .toSorted((one, other) => other.start - one.start)
    .reduce((result, { start, end, text: added }) => {
      return result.slice(0, start) + added + result.slice(end)
    }, text)
}

/**
 * Whether a file of the application calls one of these methods. Text alone does not
 * tell: they occur in comments as well
 */
export function callsMethod(project: Project, methods: string[]): boolean {
  const isCalled = (call: CallExpression) =>
    methods.some((method) => `.${call.getExpression().getText()}`.endsWith(`.${method}`))
  return project
    .getSourceFiles()
    .filter((file) => methods.some((method) => file.getFullText().includes(method)))
    .some((file) => findNodes<CallExpression>(file, 'CallExpression').some(isCalled))
}

/**
 * Where a name stands for a variable, not for a property
 */
export function findVariable(node: Node, name: string): Node[] {
  return findNodes(node, 'Identifier').filter((identifier) => {
    const parent = identifier.getParentOrThrow()
    const isProperty =
      (isKind(parent, 'PropertyAccessExpression') && parent.getLastChild() === identifier) ||
      (isKind(parent, 'PropertyAssignment') && parent.getFirstChild() === identifier)
    return identifier.getText() === name && !isProperty
  })
}
