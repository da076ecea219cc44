import { createTestApp, type TestAppOptions } from '../../tests/app/test_app.ts'

/**
 * The application of a benchmark, on a database that another process made
 */
export function createBenchmarkApp(
  connection: Record<string, unknown>,
  options: TestAppOptions = {}
) {
  return createTestApp({
    createTables: false,
    database: { connection, drop: async () => {} },
    guestUser: { maxAge: '30 days' },
    ...options,
  })
}
