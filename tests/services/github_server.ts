import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A person with an account at the provider
 */
export interface GithubPerson {
  id: number
  login: string
  name: string | null
  email: string | null
  isVerified: boolean
}

/**
 * An OAuth 2 provider on a real socket that responds like GitHub:
 * authorization, token, profile and email addresses; `/profile` combines the
 * last two. `person` authorizes the login; without one, it is denied
 */
export class GithubServer {
  person: GithubPerson | null = null
  #people = new Map<string, GithubPerson>()
  #server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://github.test')
    const { status = 200, headers = {}, body } = await this.#answer(url, request)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })

  static async start(): Promise<GithubServer> {
    const github = new GithubServer()
    await new Promise<void>((resolve) => github.#server.listen(0, '127.0.0.1', resolve))
    return github
  }

  get url() {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop() {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(
    url: URL,
    request: IncomingMessage
  ): Promise<{ status?: number; headers?: Record<string, string>; body?: unknown }> {
    switch (url.pathname) {
      case '/authorize':
        return { status: 302, headers: { location: this.#authorize(url) } }
      case '/token': {
        const token = this.#exchange(await readForm(request))
        return { body: { access_token: token, token_type: 'bearer', scope: 'user:email' } }
      }
      case '/user':
        return { body: { ...this.#identify(request), email: null, avatar_url: null } }
      case '/profile':
        return { body: this.#identify(request) }
      case '/user/emails': {
        const { email, isVerified } = this.#identify(request)
        return { body: email ? [{ email, primary: true, verified: isVerified }] : [] }
      }
      default:
        return { status: 404, body: {} }
    }
  }

  #authorize(url: URL): string {
    const callback = new URL(url.searchParams.get('redirect_uri')!)
    if (this.person) {
      const code = randomUUID()
      this.#people.set(code, this.person)
      callback.searchParams.set('code', code)
    } else {
      callback.searchParams.set('error', 'access_denied')
    }
    callback.searchParams.set('state', url.searchParams.get('state')!)
    return callback.href
  }

  #exchange(form: URLSearchParams): string {
    const code = form.get('code')!
    const token = randomUUID()
    this.#people.set(token, this.#people.get(code)!)
    return token
  }

  #identify({ headers }: IncomingMessage): GithubPerson {
    return this.#people.get(headers.authorization!.split(' ')[1])!
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks = []
  for await (const chunk of request) {
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  return new URLSearchParams(text.startsWith('{') ? JSON.parse(text) : text)
}
