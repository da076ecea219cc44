import { createTokenApp } from './token_app.ts'
import type { TestAppOptions } from './test_app.ts'
import { examine } from '../../src/doctor/doctor.ts'

export type Routes = NonNullable<TestAppOptions['routes']>

export const LIMITED: Routes = (_router, _middleware, guestUsers) => {
  guestUsers.registerApiRoutes('/guest').use((_ctx, next) => next())
}

/**
 * A token API in which the doctor finds nothing but what the options cause
 */
export async function createExaminedTokenApp(options: TestAppOptions = {}) {
  const app = await createTokenApp({
    defaultGuard: 'api',
    secondGuard: false,
    routes: LIMITED,
    ...options,
  })
  return {
    ...app,

    /**
     * The migrations of auth index no foreign key
     */
    async find() {
      const findings = await examine(app.app)
      return findings.filter(({ code }) => code !== 'unindexed-foreign-key')
    },
  }
}
