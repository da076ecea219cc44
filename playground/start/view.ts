import edge from 'edge.js'
import db from '@adonisjs/lucid/services/db'
import type { HttpRequest } from '@adonisjs/core/http'

/**
 * What the footer tells: how many rows there are, …
 */
edge.global('countRows', async (table: string): Promise<number> => {
  const { total } = await db.from(table).count('* as total').firstOrFail()
  return total
})

/**
 * … and which named middleware guards the page
 */
edge.global('namedMiddleware', (request: HttpRequest): string[] => {
  if (request.ctx?.route?.name?.startsWith('guest_user.convert')) {
    return ['registerConvertRoutes']
  }
  const stack = [...(request.ctx?.route?.middleware.all() ?? [])]
  return stack.flatMap((middleware) => ('args' in middleware && middleware.name) || [])
})
