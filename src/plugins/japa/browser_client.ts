/// <reference types="@adonisjs/session/plugins/browser_client" />

import type { PluginFn } from '@japa/runner/types'
import { RuntimeException } from '@adonisjs/core/exceptions'
import { decoratorsCollection } from '@japa/browser-client'
import type { ApplicationService } from '@adonisjs/core/types'

import { authenticateGuestBySession } from './test_guest.ts'
import type { ConfiguredUser } from '../../types.ts'

declare module 'playwright' {
  interface BrowserContext {
    /**
     * Sign a guest in: the given one, or a new one
     *
     * @throws when the user is no guest, or somebody is signed in already
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
          const { session } = await authenticateGuestBySession(app, user)
          const current = await context.getSession()
          if (Object.keys(session!).some((key) => current[key] !== undefined)) {
            throw new RuntimeException(
              '"asGuest" needs a browser context in which nobody is signed in, after "loginAs" for example'
            )
          }
          await context.setSession(session!)
        }
      },
    })
  }
}
