import type { LucidModel } from '@adonisjs/lucid/types/model'

type Hook = { name?: string; handle?: unknown } | ((...args: unknown[]) => unknown)

/**
 * Do hooks that run before a user is inserted mention this property? They are
 * read, not run: they may send mails or call other services
 */
export function isFilledByHook(model: LucidModel, property: string): boolean {
  const mentions = new RegExp(`\\b${property}\\b`)
  return readHooks(model).some((source) => mentions.test(source))
}

/**
 * The hook of `withAuthFinder` is left out: it names its column by a variable
 */
function readHooks(model: LucidModel): string[] {
  const hooks = model.$hooks.all() as unknown as Map<string, Set<Hook>>
  return ['before:save', 'before:create']
    .flatMap((event) => [...(hooks.get(event) ?? [])])
    .map((hook) => readSource(model, hook))
}

/**
 * Lucid's decorators bind static methods, which hides their source
 */
function readSource(model: LucidModel, hook: Hook): string {
  const method = /^bound (.+)$/.exec(hook.name ?? '')?.[1]
  const source = method === undefined ? undefined : Reflect.get(model, method)
  return String(source ?? (typeof hook === 'function' ? hook : hook.handle))
}
