import { Oauth2Driver } from '@adonisjs/ally'
import type { HttpContext } from '@adonisjs/core/http'
import type { AllyUserContract, Oauth2AccessToken, Oauth2DriverConfig } from '@adonisjs/ally/types'

export interface PlainDriverConfig extends Oauth2DriverConfig {
  userInfoUrl: string
}

/**
 * A custom driver, for a provider that does not report whether an address is
 * verified
 */
export class PlainDriver extends Oauth2Driver<Oauth2AccessToken, string> {
  protected stateCookieName = 'plain_oauth_state'
  protected stateParamName = 'state'
  protected errorParamName = 'error'
  protected codeParamName = 'code'
  protected authorizeUrl = ''
  protected accessTokenUrl = ''
  protected scopeParamName = 'scope'
  protected scopesSeparator = ' '
  #userInfoUrl: string

  constructor(ctx: HttpContext, config: PlainDriverConfig) {
    super(ctx, config)
    this.#userInfoUrl = config.userInfoUrl
    this.loadState()
  }

  accessDenied() {
    return this.getError() === 'access_denied'
  }

  async user(): Promise<AllyUserContract<Oauth2AccessToken>> {
    const token = await this.accessToken()
    return { ...(await this.#readProfile(token.token)), token }
  }

  async userFromToken(token: string) {
    return { ...(await this.#readProfile(token)), token: { token, type: 'bearer' as const } }
  }

  async #readProfile(token: string) {
    const request = this.httpClient(this.#userInfoUrl).parseAs('json')
    const body = await request.header('Authorization', `Bearer ${token}`).get()
    return {
      id: String(body.id),
      nickName: body.login,
      name: body.name,
      email: body.email,
      emailVerificationState: 'unsupported' as const,
      avatarUrl: null,
      original: body,
    }
  }
}
