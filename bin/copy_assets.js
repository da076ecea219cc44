/**
 * Copies what TypeScript does not compile into build/
 */
import { cp } from 'node:fs/promises'

for (const folder of ['stubs', 'templates']) {
  await cp(folder, `build/${folder}`, {
    recursive: true,
    filter: (source) => !source.endsWith('.ts'),
  }).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
}
