import type {
  BindingElement,
  Block,
  CallExpression,
  MethodDeclaration,
  Node,
  ObjectBindingPattern,
  SourceFile,
  VariableDeclaration,
} from 'ts-morph'

import {
  findNodes,
  findVariable,
  isKind,
  replaceIn,
  type Edit,
  type Replacement,
} from './source_file.ts'

export interface SignupContext {
  /**
   * As the controller imports it, such as `#models/user`
   */
  userModel: string

  /**
   * The guard of the guests
   */
  guard: string

  /**
   * Where visitors bring tokens, a signup signs nobody in
   */
  usesTokens: boolean

  /**
   * The fields of a validator that the controller imports, if they are known
   */
  listFields: (validator: string) => string[] | undefined

  /**
   * The properties of the user model, if they are known
   */
  columns?: string[]
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

class Unknown extends Error {}

/**
 * Puts `guestUser.register()` in place of creating the user and signing them in,
 * as the starter kits do it, and removes what is then unused
 */
export function registerInSignup(file: SourceFile, context: SignupContext): Edit {
  try {
    return { outcome: 'changed', contents: rewrite(file, context) }
  } catch (error) {
    if (error instanceof Unknown) {
      return { outcome: 'unknown', reason: error.message }
    }
    throw error
  }
}

function rewrite(file: SourceFile, context: SignupContext): string {
  const { creation, method, parameters, modelName } = findSignup(file, context.userModel)
  const statement = creation.getParentOrThrow().getParentOrThrow()
  const declaration = isKind<VariableDeclaration>(statement, 'VariableDeclaration')
    ? statement
    : undefined
  const user = declaration?.getName()
  const login = user ? findLogin(method, user, context) : undefined
  assertSignsIn(login, context)
  const created = declaration ? declaration.getVariableStatementOrThrow() : statement
  if (login && !isNextStatement(created, login.statement)) {
    throw new Unknown('it does not always sign in, right after creating the user')
  }

  const payload = describePayload(creation, method, context)
  const isUserUsed = user !== undefined && findVariable(method, user).length > (login ? 2 : 1)
  const call = `await guestUser.register(${payload.values})`
  const written = isUserUsed ? `const ${user} = ${call}` : call
  const replacements = [
    ...payload.replacements,
    ...replaceStatements(file, created, login?.statement, written),
    replaceParameter(parameters, method, login !== undefined),
  ]

  if (findVariable(file, modelName).length === 2) {
    const unused = file.getImportDeclarationOrThrow(
      (one) => one.getDefaultImport()?.getText() === modelName
    )
    const end = unused.getEnd()
    const [lineBreak] = /^\s*?\n|/.exec(file.getFullText().slice(end))!
    replacements.push({ start: unused.getStart(), end: end + lineBreak.length, text: '' })
  }
  return replaceIn(file.getFullText(), replacements)
}

/**
 * The one call of `User.create` with one argument, and the method around it
 */
function findSignup(file: SourceFile, userModel: string) {
  const imported = file
    .getImportDeclarations()
    .find((one) => one.getModuleSpecifierValue() === userModel)
  const modelName = imported?.getDefaultImport()?.getText()
  if (!modelName || imported!.getNamedImports().length > 0) {
    throw new Unknown(`it does not import "${userModel}"`)
  }

  const creations = findCalls(file, new RegExp(`^${modelName}\\.create$`))
  const [creation] = creations
  if (creations.length !== 1 || creation.getArguments().length !== 1) {
    throw new Unknown(`it does not call "${modelName}.create()" once, with one argument`)
  }
  const method = creation
    .getAncestors()
    .find((one) => isKind<MethodDeclaration>(one, 'MethodDeclaration'))
  const parameters = method?.getParameters()[0]?.getNameNode()
  if (
    !method ||
    !isStatement(creation) ||
    !isKind<ObjectBindingPattern>(parameters, 'ObjectBindingPattern')
  ) {
    throw new Unknown(`"${modelName}.create()" is not in a method like the starter kits'`)
  }
  return { creation, method, parameters, modelName }
}

/**
 * `await …` or `const user = await …`
 */
function isStatement(creation: CallExpression): boolean {
  const [awaited, statement] = creation.getAncestors()
  if (!isKind(awaited, 'AwaitExpression')) {
    return false
  }
  if (isKind<VariableDeclaration>(statement, 'VariableDeclaration')) {
    const isAlone = statement.getVariableStatementOrThrow().getDeclarations().length === 1
    return isAlone && isKind(statement.getNameNode(), 'Identifier') && !statement.getTypeNode()
  }
  return isKind(statement, 'ExpressionStatement')
}

function findCalls(node: Node, callee: RegExp): CallExpression[] {
  return findNodes<CallExpression>(node, 'CallExpression').filter((call) =>
    callee.test(call.getExpression().getText())
  )
}

/**
 * The sign-in of the user, as a statement of its own
 */
function findLogin(method: MethodDeclaration, user: string, { guard }: SignupContext) {
  const logins = findCalls(method, /^auth\b[\s\S]*\.login$/)
  const [login] = logins
  if (!login) {
    return undefined
  }
  const statement = login.getParentOrThrow().getParentOrThrow()
  const callee = login.getExpression().getText()
  const isKnown = ['auth', 'auth.use()', `auth.use('${guard}')`, `auth.use("${guard}")`].includes(
    callee.replace(/\s*\.login$/, '')
  )
  const values = login.getArguments().map((one) => one.getText())
  if (logins.length > 1 || !isKnown || values.join() !== user) {
    throw new Unknown(`it signs in by something else than "auth.use('${guard}').login(${user})"`)
  }
  if (!isKind(statement, 'ExpressionStatement')) {
    throw new Unknown('it does more with the sign-in')
  }
  return { statement }
}

/**
 * `register()` signs in at once, whatever would have stood between
 */
function isNextStatement(first: Node, next: Node): boolean {
  const block = first.getParent()
  const statements: Node[] = isKind<Block>(block, 'Block') ? block.getStatements() : []
  return statements[statements.indexOf(first) + 1] === next
}

function assertSignsIn(login: unknown, { usesTokens }: SignupContext) {
  if (usesTokens && login) {
    throw new Unknown('it begins a session, though visitors bring tokens')
  }
  if (!usesTokens && !login) {
    throw new Unknown('it does not sign in, as "guestUser.register()" does')
  }
}

/**
 * What is handed to `register()`. Fields of the form that the users table does not
 * have stay out, because Lucid refuses them
 */
function describePayload(
  creation: CallExpression,
  method: MethodDeclaration,
  { columns, listFields }: SignupContext
): { values: string; replacements: Replacement[] } {
  const given = creation.getArguments()[0].getText()
  const values = /^\{\s*\.\.\.(\w+),?\s*\}$/.exec(given)?.[1] ?? given
  const declaration = method.getVariableDeclaration(values)
  const validation = declaration && findCalls(declaration, /^request\.validateUsing$/)[0]
  const fields = validation && listFields(validation.getArguments()[0]?.getText() ?? '')
  const known = columns && fields?.filter((field) => columns.includes(field))
  if (!known || known.length === fields!.length) {
    return { values, replacements: [] }
  }
  if (findVariable(method, values).length !== 2) {
    throw new Unknown(`"${values}" has more than the users table, and other uses`)
  }
  if (known.length === 0 || fields!.some((field) => !IDENTIFIER.test(field))) {
    throw new Unknown('it is not plain which fields of the form the users table has')
  }

  const name = declaration!.getNameNode()
  const picked = `{ ${known.join(', ')} }`
  return {
    values: picked,
    replacements: [{ start: name.getStart(), end: name.getEnd(), text: picked }],
  }
}

/**
 * An empty line between the creation and the sign-in goes away, a comment stays
 */
function replaceStatements(
  file: SourceFile,
  created: Node,
  login: Node | undefined,
  written: string
): Replacement[] {
  const [start, end] = [created.getStart(), created.getEnd()]
  if (!login) {
    return [{ start, end, text: written }]
  }
  const text = file.getFullText()
  if (text.slice(end, login.getStart()).trim() === '') {
    return [{ start, end: login.getEnd(), text: written }]
  }
  const lineStart = text.lastIndexOf('\n', login.getStart())
  return [
    { start, end, text: written },
    { start: lineStart, end: login.getEnd(), text: '' },
  ]
}

/**
 * `guestUser` joins the properties of the context that the method takes, in the
 * place of `auth` if nothing else needs that
 */
function replaceParameter(
  parameters: ObjectBindingPattern,
  method: MethodDeclaration,
  hadLogin: boolean
): Replacement {
  const elements: BindingElement[] = parameters.getElements()
  const auth = elements.find((element) => element.getText() === 'auth')
  if (auth && hadLogin && findVariable(method, 'auth').length === 2) {
    return { start: auth.getStart(), end: auth.getEnd(), text: 'guestUser' }
  }
  const end = elements.at(-1)!.getEnd()
  return { start: end, end, text: ', guestUser' }
}
