import { defineConfig } from '@adonisjs/shield'

export default defineConfig({
  /**
   * One stylesheet, one icon, no scripts
   */
  csp: {
    enabled: true,
    directives: {
      defaultSrc: [`'self'`],
      scriptSrc: [`'none'`],
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
