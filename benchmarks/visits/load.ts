import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Contender } from './contenders.ts'

const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const SHOWN = /^\s*<p>(.+)<\/p>\s*$/

/**
 * The requests of one window
 */
export interface Load {
  answers: number
  seconds: number

  /**
   * Milliseconds
   */
  latencies: number[]
}

/**
 * The part of autocannon that is used here
 */
interface Cannon {
  on(event: 'response', listener: (...args: [unknown, number, number, number]) => void): void
  then: Promise<{ duration: number; mismatches: number; errors: number; non2xx: number }>['then']
}
interface CannonClient {
  setHeaders(headers: Record<string, string>): void
}
type Autocannon = (options: Record<string, unknown>) => Cannon

async function importAutocannon(): Promise<Autocannon> {
  const file = join(import.meta.dirname, 'node_modules/autocannon/autocannon.js')
  const { default: autocannon } = await import(pathToFileURL(file).href)
  return autocannon
}

/**
 * Visitors who are signed in: a cookie for each connection
 */
export async function signIn(contender: Contender, port: number, visitors: number) {
  const path = contender.visitors === 'guests' ? '/' : '/register'
  const cookies: string[] = []
  for (let visitor = 0; visitor < visitors; visitor++) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'user-agent': BROWSER },
    })
    cookies.push(
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ')
    )
  }
  return cookies
}

/**
 * For so many seconds, or until so many visits were answered
 */
export type Length = { seconds: number } | { visits: number }

/**
 * Sends requests over so many connections, and checks each answer
 *
 * @throws when an answer is not what the contender should say
 */
export async function drive(
  contender: Contender,
  options: { port: number; connections: number; cookies?: string[] } & Length
): Promise<Load> {
  const autocannon = await importAutocannon()
  const isAlone = contender.process === 'better-auth-alone'
  const nobody = ['page', 'better-auth'].includes(contender.name)
  const latencies: number[] = []
  const cookies = [...(options.cookies ?? [])]

  const cannon = autocannon({
    url: `http://127.0.0.1:${options.port}${isAlone ? '/api/auth/sign-in/anonymous' : '/'}`,
    ...(isAlone && { method: 'POST', body: '{}' }),
    headers: { 'user-agent': BROWSER, 'content-type': 'application/json' },
    connections: options.connections,
    ...('visits' in options ? { amount: options.visits } : { duration: options.seconds }),
    setupClient(client: CannonClient) {
      const cookie = cookies.pop()
      if (cookie) {
        client.setHeaders({ 'user-agent': BROWSER, cookie })
      }
    },
    verifyBody: (body: string) =>
      isAlone
        ? JSON.parse(body).user.isAnonymous
        : (SHOWN.exec(body)?.[1] === 'nobody') === nobody && SHOWN.test(body),
  })
  cannon.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds))

  const { duration, mismatches, errors, non2xx } = await cannon
  if (mismatches + errors + non2xx > 0) {
    throw new Error(
      `${contender.name}: ${mismatches} wrong answers, ${errors} errors, ${non2xx} of another status`
    )
  }
  return { answers: latencies.length, seconds: duration, latencies }
}
