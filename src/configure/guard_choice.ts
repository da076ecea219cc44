import { readFile } from 'node:fs/promises'
import type { Project } from 'ts-morph'
import type { ApplicationService } from '@adonisjs/core/types'

import { Unusable } from './unusable.ts'
import { readAuthGuards, type AuthGuard, type AuthGuards } from './auth_guards.ts'

export interface GuardChoice {
  /**
   * The session guard that signs guests in; where there is none, that for tokens
   */
  guard: string

  /**
   * Visitors bring access tokens, and nothing of ours begins a session
   */
  usesTokens: boolean

  /**
   * Undefined when `config/auth.ts` does not tell
   */
  userModel?: string
}

/**
 * What `config/auth.ts` of the starter kits calls its session guard
 */
const USUAL_GUARD = 'web'

const SESSION_GUARD = `web: sessionGuard({
  useRememberMeTokens: false,
  provider: sessionUserProvider({ model: () => import('#models/user') }),
}),`

/**
 * Finds the guard as the package will: the requested one, else the default guard,
 * else the first one, and one for sessions rather than one for access tokens
 *
 * @throws Unusable when there is no such guard
 */
export async function chooseGuard(
  app: ApplicationService,
  project: Project | undefined,
  requested: string | undefined
): Promise<GuardChoice> {
  const path = app.configPath('auth.ts')
  const text = await readFile(path, 'utf-8').catch(() => null)
  if (text === null) {
    throw new Unusable(
      '"config/auth.ts" does not exist, and guests are signed in through it. Run "node ace add @adonisjs/auth" first'
    )
  }
  const auth = project ? readAuthGuards(project, path, text) : null
  if (!auth) {
    return { guard: requested ?? USUAL_GUARD, usesTokens: false }
  }

  const candidates =
    requested === undefined
      ? [auth.default, ...auth.guards]
      : auth.guards.filter(({ name }) => name === requested)
  const find = (...kinds: AuthGuard['kind'][]) =>
    candidates.find(({ kind }) => kinds.includes(kind))
  const guard = find('session', 'unknown') ?? find('tokens')
  if (!guard) {
    throw new Unusable(describeMissing(auth, requested))
  }
  return {
    guard: guard.name,
    userModel: guard.userModel ?? auth.default.userModel,
    usesTokens: [guard, candidates[0]].some(({ kind }) => kind === 'tokens'),
  }
}

function describeMissing({ guards }: AuthGuards, requested: string | undefined): string {
  const names = guards.map(({ name, kind }) => `"${name}" (${kind})`).join(', ')
  return requested === undefined
    ? `Guests need a guard for sessions or access tokens, and "config/auth.ts" has none, only ${names}. Add one to its "guards":\n${SESSION_GUARD}`
    : `"--guard=${requested}" names no guard for sessions or access tokens of "config/auth.ts", which has ${names}`
}
