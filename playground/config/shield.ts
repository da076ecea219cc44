import { defineConfig } from '@adonisjs/shield'

export default defineConfig({
  /**
   * Everything comes from the site itself; the only script is that of the
   * package's admin pages, which work without it
   */
  csp: {
    enabled: true,
    directives: {
      defaultSrc: [`'self'`],
      scriptSrc: [`'self'`],
      objectSrc: [`'none'`],
      baseUri: [`'none'`],
      formAction: [`'self'`],
      frameAncestors: [`'none'`],
    },
  },
  csrf: {
    enabled: true,
    methods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  },
  xFrame: { enabled: true, action: 'DENY' },
  contentTypeSniffing: { enabled: true },

  /**
   * The playground speaks plain HTTP
   */
  hsts: { enabled: false },
})
