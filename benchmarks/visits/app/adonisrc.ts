import { defineConfig } from '@adonisjs/core/app'

import { usesPackage } from '#start/contender'

export default defineConfig({
  commands: [
    () => import('@adonisjs/core/commands'),
    () => import('@adonisjs/lucid/commands'),
    ...(usesPackage ? [() => import('adonisjs-guest-user/commands')] : []),
  ],
  providers: [
    () => import('@adonisjs/core/providers/app_provider'),
    () => import('@adonisjs/core/providers/hash_provider'),
    () => import('@adonisjs/core/providers/vinejs_provider'),
    () => import('@adonisjs/core/providers/edge_provider'),
    () => import('@adonisjs/session/session_provider'),
    () => import('@adonisjs/shield/shield_provider'),
    () => import('@adonisjs/lucid/database_provider'),
    () => import('@adonisjs/auth/auth_provider'),
    ...(usesPackage ? [() => import('adonisjs-guest-user/guest_user_provider')] : []),
  ],
  preloads: [
    () => import('#start/routes'),
    () => import('#start/kernel'),
    () => import('#start/meter'),
  ],
  metaFiles: [{ pattern: 'resources/views/**/*.edge', reloadServer: false }],
})
