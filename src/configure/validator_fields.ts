import type { CallExpression, ObjectLiteralExpression, SourceFile } from 'ts-morph'

import { findNodes, isKind } from './source_file.ts'

/**
 * The names of the fields of a validator that is written out as in the starter
 * kits, `vine.create({ … })`. It is not imported: rules such as `unique` want a
 * booted application
 *
 * @returns undefined when it is not, or has no object at the top
 */
export function listValidatorFields(file: SourceFile, validator: string): string[] | undefined {
  const declaration = file.getVariableDeclaration(validator)
  if (!declaration) {
    return undefined
  }
  const [call] = [declaration.getInitializer(), ...findNodes(declaration, 'CallExpression')].filter(
    (node) => isKind<CallExpression>(node, 'CallExpression') && isSchema(node)
  ) as CallExpression[]
  const schema = call?.getArguments()[0]
  if (!isKind<ObjectLiteralExpression>(schema, 'ObjectLiteralExpression')) {
    return undefined
  }
  const properties = schema.getProperties()
  return properties.every((property) => isKind(property, 'PropertyAssignment'))
    ? properties.map((property) =>
        property.getFirstChildOrThrow().getText().replaceAll(/['"]/g, '')
      )
    : undefined
}

function isSchema(call: CallExpression): boolean {
  return /^vine\.(create|object)$/.test(call.getExpression().getText())
}
