import { defineConfig } from '@adonisjs/shield'

export default defineConfig({
  csrf: { enabled: true, exceptRoutes: ['/login'], methods: ['POST', 'PUT', 'PATCH', 'DELETE'] },
})
