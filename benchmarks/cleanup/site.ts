/**
 * The site that visitors use during a cleanup: a page that writes a note of its
 * guest and reads the last ones
 */
import 'reflect-metadata'
import { createBenchmarkApp } from './benchmark_app.ts'

const app = await createBenchmarkApp(JSON.parse(process.argv[2]), {
  routes(router, middleware) {
    router.get('/enter', async ({ auth }) => auth.user).use(middleware.allowGuestUser())
    router
      .post('/notes', async ({ auth, guestUser }) => {
        const { id } = auth.getUserOrFail() as unknown as { id: number }
        await app.db.table('notes').insert({ user_id: id, body: 'Written during a cleanup' })
        const notes = await app.db
          .from('notes')
          .where('user_id', id)
          .orderBy('id', 'desc')
          .limit(10)
        return { isGuest: await guestUser.check(), notes }
      })
      .use(middleware.guestUserRequired())
  },
})

process.once('disconnect', () => process.exit())
process.send!({ url: app.url })
