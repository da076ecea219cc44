import { configPkg } from '@adonisjs/eslint-config'

import { storeys } from './eslint.storeys.js'

export default configPkg(
  {
    ignores: [
      'build/**',
      'benchmarks/visits/app/**',
      'tests/install/app/**',
      'playground/.adonisjs/**',
      'tmp/**',
    ],
  },
  {
    name: 'Tests read best in one line',
    files: ['tests/**'],
    rules: { '@unicorn/no-await-expression-member': 'off' },
  },
  ...storeys
)
