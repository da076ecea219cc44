import { getMigrations } from 'better-auth/db/migration'

import { auth } from '#start/better_auth'

const { runMigrations } = await getMigrations(auth.options)
await runMigrations()
process.exit()
