/// <reference types="@adonisjs/session/plugins/browser_client" />

import type { PluginFn } from '@japa/runner/types'
import { decoratorsCollection } from '@japa/browser-client'
import type { ApplicationService } from '@adonisjs/core/types'

import { authenticateGuest } from './test_guest.ts'
import type { ConfiguredUser } from '../../types.ts'

declare module 'playwright' {
  interface BrowserContext {
    /**
     * Sign a guest in: the given one, or a new one
     *
     * @example
     * await browserContext.asGuest()
     * const page = await visit('/cart')
     */
    asGuest(user?: ConfiguredUser): Promise<void>
  }
}

/**
 * Japa plugin: `browserContext.asGuest()`. Register it after
 * `sessionBrowserClient`, which carries the session
 */
export const guestUserBrowserClient = (app: ApplicationService): PluginFn => {
  return () => {
    decoratorsCollection.register({
      context(context) {
        context.asGuest = async function (user) {
          const { session } = await authenticateGuest(app, user)
          await context.setSession(session!)
        }
      },
    })
  }
}
