import { readFile } from 'node:fs/promises'
import type { Project } from 'ts-morph'
import type { ApplicationService } from '@adonisjs/core/types'

import { Unusable } from './unusable.ts'
import { readAuthGuards, type AuthGuards } from './auth_guards.ts'

export interface GuardChoice {
  /**
   * The session guard that signs guests in
   */
  guard: string

  /**
   * Undefined when `config/auth.ts` does not tell
   */
  userModel?: string

  /**
   * Null when `config/auth.ts` does not look like that of AdonisJS
   */
  guards: AuthGuards | null
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
 * else the first one that uses sessions
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
      '"config/auth.ts" does not exist, and guests are signed in through it. Run "node ace add @adonisjs/auth --guard=session" first'
    )
  }
  const auth = project ? readAuthGuards(project, path, text) : null
  if (!auth) {
    return { guard: requested ?? USUAL_GUARD, guards: null }
  }

  const usable = auth.guards.filter(({ kind }) => kind === 'session' || kind === 'unknown')
  const [guard] =
    requested === undefined
      ? usable.toSorted(
          (one, other) => Number(other === auth.default) - Number(one === auth.default)
        )
      : usable.filter(({ name }) => name === requested)
  if (!guard) {
    throw new Unusable(describeMissing(auth, requested))
  }
  return { guard: guard.name, userModel: guard.userModel ?? auth.default.userModel, guards: auth }
}

function describeMissing({ guards }: AuthGuards, requested: string | undefined): string {
  const names = guards.map(({ name, kind }) => `"${name}" (${kind})`).join(', ')
  return requested === undefined
    ? `Guests are signed in through a session guard, and "config/auth.ts" has none, only ${names}. Add one to its "guards":\n${SESSION_GUARD}`
    : `"--guard=${requested}" names no session guard of "config/auth.ts", which has ${names}`
}
