/**
 * The PostgreSQL that the tests use: the embedded one, whose address the test
 * runner sets in the environment, or your own
 */
export function postgres() {
  return {
    host: process.env.PG_HOST ?? '127.0.0.1',
    port: Number(process.env.PG_PORT ?? 5432),
    user: process.env.PG_USER ?? 'postgres',
    password: process.env.PG_PASSWORD ?? '',
  }
}
