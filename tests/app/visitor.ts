/**
 * Sends requests like a browser: keeps cookies, but does not follow redirects
 */
export class Visitor {
  static userAgent =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

  #baseUrl: string
  cookies: Map<string, string>

  constructor(baseUrl: string, cookies = new Map<string, string>()) {
    this.#baseUrl = baseUrl
    this.cookies = cookies
  }

  /**
   * Another visitor who starts with the same cookies
   */
  clone(): Visitor {
    return new Visitor(this.#baseUrl, new Map(this.cookies))
  }

  get(path: string, headers: Record<string, string> = {}) {
    return this.request('GET', path, { headers })
  }

  post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    return this.request('POST', path, { headers, body: new URLSearchParams(fields) })
  }

  async request(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: URLSearchParams } = {}
  ) {
    const response = await fetch(new URL(path, this.#baseUrl), {
      method,
      body,
      redirect: 'manual',
      headers: {
        'user-agent': Visitor.userAgent,
        'accept': 'text/html,application/xhtml+xml,*/*;q=0.8',
        'cookie': [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
    })
    this.keepCookies(response.headers.getSetCookie())

    const text = await response.text()
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    }
  }

  /**
   * Stores the cookies of a response
   */
  keepCookies(headers: string[]) {
    for (const header of headers) {
      const [pair, ...attributes] = header.split(';')
      const separator = pair.indexOf('=')
      const name = pair.slice(0, separator)
      const isRemoved = attributes.some((attribute) => /^\s*max-age=(0|-\d+)/i.test(attribute))
      if (isRemoved) {
        this.cookies.delete(name)
      } else {
        this.cookies.set(name, pair.slice(separator + 1))
      }
    }
  }
}
