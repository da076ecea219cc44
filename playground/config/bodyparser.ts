import { defineConfig } from '@adonisjs/core/bodyparser'

export default defineConfig({
  form: {
    trimWhitespaces: true,
    convertEmptyStringsToNull: true,
  },
})
