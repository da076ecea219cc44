import { EdgeError } from 'edge.js'
import type { TagContract } from 'edge.js/types'

import type { VisitorKind } from '../types.ts'

/**
 * A block that is shown for visitors, or users, of one kind. Takes `@else`.
 *
 * @example
 * @isGuestUser()
 *   <a href="/signup">Keep your work</a>
 * @else
 *   <a href="/settings">Settings</a>
 * @end
 *
 * @example
 * @isGuestUser(note.author) … @end
 */
export function createVisitorTag(tagName: string, kind: VisitorKind): TagContract {
  return {
    tagName,
    block: true,
    seekable: true,
    compile(parser, buffer, token) {
      const { filename, loc } = token
      const { line, col } = loc.start

      if (!parser.options.async) {
        throw new EdgeError(
          `@${tagName} asks the database and works in "render", not in "renderSync"`,
          'E_RUNTIME_EXCEPTION',
          { line, col, filename }
        )
      }

      const argument = token.properties.jsArg.trim()
      const condition = argument ? askForUser(argument) : askForVisitor()
      buffer.writeStatement(`if (${condition}) {`, filename, line)
      token.children.forEach((child) => parser.processToken(child, buffer))
      buffer.writeStatement('}', filename, -1)

      /**
       * Without the middleware, and in mails, there is no visitor
       */
      function askForVisitor() {
        return `state.guestUser && (await state.guestUser.kind()) === '${kind}'`
      }

      function askForUser(source: string) {
        const { generateAST, transformAst, stringify } = parser.utils
        const user = stringify(transformAst(generateAST(source, loc, filename), filename, parser))
        return kind === 'guest'
          ? `await state.isGuestUser(${user})`
          : `await (async (user) => user && !(await state.isGuestUser(user)))(${user})`
      }
    },
  }
}
