import { BaseSchema } from '@adonisjs/lucid/schema'

import { defineConfig } from '../../index.ts'
import { examine } from '../../src/doctor/doctor.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test_app.ts'

/**
 * An application in which `guest:doctor` finds nothing but what the options
 * cause
 */
export async function createExaminedApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    secondGuard: false,
    ...options,
    routes(router, middleware, guestUsers) {
      router.get('/cart', () => 'cart').use(middleware.allowGuestUser())
      options.routes?.(router, middleware, guestUsers)
    },
  })

  const find = () => examine(app.app)
  return {
    ...app,
    find,
    codes: async () => (await find()).map(({ code }) => code),
    async findOne(): Promise<Finding> {
      const findings = await find()
      if (findings.length !== 1) {
        throw new Error(`${findings.length} findings: ${JSON.stringify(findings, null, 2)}`)
      }
      return findings[0]
    },

    /**
     * Runs the migration that a fix suggests
     */
    applyFix: ({ fix }: Finding) => applyMigration(app, fix.slice(fix.indexOf('\n') + 1)),
  }
}

/**
 * The one finding in an application whose `config/guest_user.ts` has changed
 * since it started
 */
export async function findWithOptions(change: (User: any) => Record<string, unknown>) {
  const app = await createExaminedApp()
  try {
    app.app.config.set(
      'guest_user',
      defineConfig({
        userModel: async () => app.User,
        attributes: ({ username }) => ({ email: `${username}@guest.invalid` }),
        ...change(app.User),
      })
    )
    return await app.findOne()
  } finally {
    await app.close()
  }
}

/**
 * As the `up` of a migration
 */
async function applyMigration({ db, User }: TestApp, lines: string) {
  const client = db.connection(User.connection)
  const migration = new BaseSchema(client, 'database/migrations/fix.ts')
  migration.up = new Function(`return async function () { ${lines} }`)()
  await migration.execUp()
}
