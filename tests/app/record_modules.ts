/**
 * For `node --import`: writes the URLs of all modules that the process has loaded
 * into the file MODULES, one a line, when it ends
 */
import { registerHooks } from 'node:module'
import { writeFileSync } from 'node:fs'

const loaded = new Set<string>()

registerHooks({
  load(url, context, next) {
    loaded.add(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.MODULES!, [...loaded].join('\n')))
