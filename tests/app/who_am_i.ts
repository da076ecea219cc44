import type { HttpContext } from '@adonisjs/core/http'

/**
 * A handler that returns everything the request knows about its visitor
 */
export async function whoAmI({ auth, guestUser }: HttpContext) {
  const user = auth.user as { id: string | number; fullName: string } | undefined
  return {
    id: user?.id ?? null,
    name: user?.fullName ?? null,
    isAuthenticated: auth.isAuthenticated,
    sure: user ? (auth.getUserOrFail() as typeof user).id : null,
    kind: await guestUser.kind(),
    isGuest: await guestUser.check(),
  }
}
