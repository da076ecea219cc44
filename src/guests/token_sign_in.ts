import { AsyncLocalStorage } from 'node:async_hooks'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'

import { listTokenProviders } from './user_tokens.ts'

/**
 * Runs before an account gets an access token. An error keeps it from getting one
 */
type BeforeToken = (account: LucidRow) => Promise<void>

const scope = new AsyncLocalStorage<BeforeToken>()

/**
 * Runs a request so that it knows whom it gives access tokens to: that is how
 * applications sign in without a session, and no guard takes part in it
 */
export function trackTokens<Result>(beforeToken: BeforeToken, work: () => Result): Result {
  return scope.run(beforeToken, work)
}

const watched = new WeakSet()

/**
 * Makes the providers of access tokens on the user model ask before each token.
 * Guards call the same provider
 */
export function watchTokens(userModel: LucidModel) {
  for (const provider of listTokenProviders(userModel)) {
    if (provider.type !== undefined && provider.create && !watched.has(provider)) {
      watched.add(provider)
      const create = provider.create.bind(provider)
      provider.create = async (user, ...options) => {
        await scope.getStore()?.(user)
        return create(user, ...options)
      }
    }
  }
}
