/// <reference types="@adonisjs/session/plugins/api_client" />

import { randomUUID } from 'node:crypto'
import type { PluginFn } from '@japa/runner/types'
import { ApiClient, ApiRequest, ApiResponse } from '@japa/api-client'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { ApplicationService } from '@adonisjs/core/types'
import { RuntimeException } from '@adonisjs/core/exceptions'

import { authenticateGuest } from './test_guest.ts'
import { JOURNAL_HEADER, JournalKeeper, type RequestJournal } from './request_journal.ts'
import type { ConfiguredUser } from '../../types.ts'

declare module '@japa/api-client' {
  interface ApiRequest {
    /**
     * Send the request as a guest: the given one, or a new one. Where visitors bring
     * access tokens, with a new token, else with a session
     *
     * @throws when the user is no guest, or the request is somebody's already
     *
     * @example
     * const response = await client.get('/cart').asGuest()
     */
    asGuest(user?: ConfiguredUser): this
  }

  interface ApiResponse {
    /**
     * Assert that the visitor became a guest in this request
     */
    assertGuestCreated(): void

    /**
     * Assert that this request created no guest
     */
    assertNoGuest(): void

    /**
     * Assert that a guest (this one, if given) became a regular user in this
     * request
     */
    assertConverted(guest?: ConfiguredUser): void

    /**
     * Assert that a guest was merged into an account (this one, if given) in
     * this request
     */
    assertMerged(account?: ConfiguredUser): void
  }
}

/**
 * Japa plugin: `client.get('/').asGuest()`, and assertions on what became of
 * guests in a request. Register it after `sessionApiClient`, which carries the
 * session, unless guests have only tokens
 */
export const guestUserApiClient = (app: ApplicationService): PluginFn => {
  return () => {
    const guests = new WeakMap<ApiRequest, { user?: ConfiguredUser }>()
    const journals = new WeakMap<ApiRequest, RequestJournal>()
    let keeper: Promise<JournalKeeper> | undefined

    ApiRequest.macro('asGuest', function (this: ApiRequest, user) {
      guests.set(this, { user })
      return this
    })

    ApiClient.onRequest((request) => {
      request.setup(async () => {
        keeper ??= app.container
          .make('guestUser.manager')
          .then(({ engine }) => new JournalKeeper(engine.framework.events))
        const key = randomUUID()
        const kept = await keeper
        request.header(JOURNAL_HEADER, key)
        journals.set(request, kept.open(key))
        return () => kept.close(key)
      })
    })

    ApiClient.setup(async (request) => {
      const guest = guests.get(request)
      if (!guest) {
        return
      }
      assertNobody(request)
      const { headers, session } = await authenticateGuest(app, guest.user)
      if (headers) {
        request.headers(headers)
      } else {
        request.withSession(session!)
      }
    })

    addAssertions((response) => journals.get(response.request)!)
  }
}

function assertNobody(request: ApiRequest) {
  // What `loginAs` of @adonisjs/auth puts there
  if (Reflect.has(request, 'authData')) {
    throw new RuntimeException(
      'A request is sent either as a guest or as a regular user: "asGuest" and "loginAs" were both called'
    )
  }
  if (request.request.get('authorization') !== undefined) {
    throw new RuntimeException(
      'A request is sent either as a guest or with an "Authorization" of its own: "asGuest" and, for example, "bearerToken" were both called'
    )
  }
}

function addAssertions(read: (response: ApiResponse) => RequestJournal) {
  const keyOf = (user: LucidRow | undefined) => user && String(user.$primaryKeyValue)

  /**
   * @param expected completes "Expected the request to …"
   */
  function check(response: ApiResponse, isTrue: boolean, expected: string) {
    const message = `Expected the request to ${expected}. It ${describe(read(response))}`
    if (!response.assert) {
      throw new RuntimeException('Assertions on responses need the plugin "@japa/assert"')
    }
    response.assert.isTrue(isTrue, message)
  }

  ApiResponse.macro('assertGuestCreated', function (this: ApiResponse) {
    check(this, read(this).created.length === 1, 'create a guest')
  })
  ApiResponse.macro('assertNoGuest', function (this: ApiResponse) {
    check(this, read(this).created.length === 0, 'create no guest')
  })
  ApiResponse.macro('assertConverted', function (this: ApiResponse, guest) {
    const { converted } = read(this)
    const id = keyOf(guest)
    const isTrue = id === undefined ? converted.length > 0 : converted.includes(id)
    check(this, isTrue, id === undefined ? 'convert a guest' : `convert guest ${id}`)
  })
  ApiResponse.macro('assertMerged', function (this: ApiResponse, account) {
    const accounts = read(this).merged.map((merged) => merged.account)
    const id = keyOf(account)
    const isTrue = id === undefined ? accounts.length > 0 : accounts.includes(id)
    check(this, isTrue, `merge a guest into ${id === undefined ? 'an account' : `user ${id}`}`)
  })
}

function describe({ created, converted, merged }: RequestJournal): string {
  const happenings = [
    ...created.map((id) => `created guest ${id}`),
    ...converted.map((id) => `converted guest ${id}`),
    ...merged.map(({ guest, account }) => `merged guest ${guest} into user ${account}`),
  ]
  return happenings.join(', ') || 'did nothing of the kind'
}
