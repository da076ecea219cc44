import { EdgeError, type Edge } from 'edge.js'
import type { TagContract } from 'edge.js/types'
import type { LucidRow } from '@adonisjs/lucid/types/model'

import type { VisitorKind } from '../types.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * A block tag for visitors, or users, of one kind. Supports `@else`.
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
function createVisitorTag(tagName: string, kind: VisitorKind): TagContract {
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
       * There is no visitor without the middleware, such as in mails
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

/**
 * Adds the tags `@isGuestUser()` and `@isRegularUser()` and the helper
 * `isGuestUser(user)`.
 *
 * @param resolveManager called on first use by a template, not at boot
 */
export function edgePluginGuestUser(resolveManager: () => Promise<GuestUserManager>) {
  return (edge: Edge) => {
    /**
     * For templates outside a request, such as mails. Inside one, the
     * initialize middleware shares a helper that caches its answers
     */
    edge.global('isGuestUser', async (user?: LucidRow | null) => {
      const manager = await resolveManager()
      return manager.isGuest(user)
    })

    edge.registerTag(createVisitorTag('isGuestUser', 'guest'))
    edge.registerTag(createVisitorTag('isRegularUser', 'regular'))
  }
}
