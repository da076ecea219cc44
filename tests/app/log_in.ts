import type { HttpContext } from '@adonisjs/core/http'
import type { LucidRow } from '@adonisjs/lucid/types/model'

/**
 * Signs a user in like the controllers of the starter kits
 */
export async function logIn({ auth }: HttpContext, user: LucidRow) {
  const guard = auth.use('web' as never) as { login(user: LucidRow): Promise<void> }
  await guard.login(user)
}
