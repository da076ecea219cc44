/**
 * Runs commands: npm run ace --workspace playground -- guest:cleanup
 */
import '@poppinss/ts-exec'

await import('./bin/console.js')
