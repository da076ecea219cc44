import { defineConfig, stores } from '@adonisjs/session'

export default defineConfig({
  cookieName: 'adonis-session',
  age: '2h',
  store: 'cookie',
  stores: { cookie: stores.cookie() },
})
