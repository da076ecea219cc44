import { registerHooks } from 'node:module'

/**
 * From now on, imports of a package fail, as where it is not installed
 *
 * @returns what ends that
 */
export function hidePackage(name: string): () => void {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === name || specifier.startsWith(`${name}/`)) {
        throw Object.assign(new Error(`Cannot find package '${name}'`), {
          code: 'ERR_MODULE_NOT_FOUND',
        })
      }
      return nextResolve(specifier, context)
    },
  })
  return () => hooks.deregister()
}
