/// <reference types="@adonisjs/session/plugins/api_client" />

import type { PluginFn } from '@japa/runner/types'
import { ApiClient, ApiRequest } from '@japa/api-client'
import type { ApplicationService } from '@adonisjs/core/types'

import { authenticateGuest } from './test_guest.ts'
import type { ConfiguredUser } from '../../types.ts'

declare module '@japa/api-client' {
  interface ApiRequest {
    /**
     * Send the request as a guest: the given one, or a new one
     *
     * @example
     * const response = await client.get('/cart').asGuest()
     */
    asGuest(user?: ConfiguredUser): this
  }
}

/**
 * Japa plugin: `client.get('/').asGuest()`. Register it after
 * `sessionApiClient`, which carries the session
 */
export const guestUserApiClient = (app: ApplicationService): PluginFn => {
  return () => {
    const guests = new WeakMap<ApiRequest, { user?: ConfiguredUser }>()

    ApiRequest.macro('asGuest', function (this: ApiRequest, user) {
      guests.set(this, { user })
      return this
    })

    ApiClient.setup(async (request) => {
      const guest = guests.get(request)
      if (guest) {
        const { session } = await authenticateGuest(app, guest.user)
        request.withSession(session!)
      }
    })
  }
}
