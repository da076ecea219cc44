import {
  DbAccessTokensProvider,
  tokensGuard,
  tokensUserProvider,
} from '@adonisjs/auth/access_tokens'

import { Visitor } from './visitor.ts'
import { createTokenTables } from './tables.ts'
import { createTestApp, type TestAppOptions } from './test_app.ts'

/**
 * An application whose clients may send access tokens, like the starter kit for APIs
 */
export async function createTokenApp(options: TestAppOptions = {}) {
  let User: any
  const app = await createTestApp({
    ...options,
    guards: {
      api: tokensGuard({
        provider: tokensUserProvider({
          tokens: 'accessTokens',
          model: async () => ({ default: User }),
        }),
      }) as never,
      ...options.guards,
    },
    async prepare(parts) {
      User = parts.User
      User.accessTokens = DbAccessTokensProvider.forModel(User)
      User.rememberMeTokens = undefined
      await createTokenTables(parts.db)
      await options.prepare?.(parts)
    },
  })
  return Object.assign(app, {
    User,

    /**
     * The value of a new token
     */
    async createToken(user: unknown): Promise<string> {
      const token = await User.accessTokens.create(user)
      return token.value!.release()
    },
  })
}

export type TokenApp = Awaited<ReturnType<typeof createTokenApp>>

/**
 * Sends JSON and a token, as mobile applications do, and keeps no cookies
 */
export class ApiClient {
  #url: string
  token?: string
  headers: Record<string, string> = { 'user-agent': 'okhttp/5.1.0' }

  constructor(url: string, token?: string) {
    this.#url = url
    this.token = token
  }

  get(path: string) {
    return this.request('GET', path)
  }

  post(path: string, body: object = {}) {
    return this.request('POST', path, body)
  }

  delete(path: string) {
    return this.request('DELETE', path)
  }

  async request(method: string, path: string, body?: object) {
    const visitor = new Visitor(this.#url)
    const response = await fetch(new URL(path, this.#url), {
      method,
      redirect: 'manual',
      body: body && JSON.stringify(body),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...this.headers,
      },
    })
    visitor.keepCookies(response.headers.getSetCookie())
    const text = await response.text()
    return {
      status: response.status,
      cookies: [...visitor.cookies.keys()],
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    }
  }
}
