import type { Edit, Kit } from './kit.ts'
import { photographAdmin, photographConvert } from './photographs.ts'
import { administer, cleanUpPages, convert, logIn, signUp } from './journeys/pages.ts'
import {
  cleanUpTokens,
  convertWithToken,
  giveUpWithToken,
  logInWithToken,
  signUpWithToken,
} from './journeys/tokens.ts'

const PAGE_JOURNEYS = {
  'a guest signs up and keeps the id': signUp,
  'a guest logs in, and what they wrote moves': logIn,
  'a guest converts on the page of the package': convert,
  'an operator sees the guests, nobody else does': administer,
  'an expired guest is cleaned up': cleanUpPages,
}

const TOKEN_JOURNEYS = {
  'a guest signs up and keeps the id': signUpWithToken,
  'a guest logs in, and what they wrote moves': logInWithToken,
  'a guest converts by the route of the package': convertWithToken,
  'a guest gives up': giveUpWithToken,
  'an expired guest is cleaned up': cleanUpTokens,
}

/**
 * The one line
 */
function allowGuests(route: string): Edit {
  return {
    title: 'The one line: who opens the home page becomes a guest.',
    file: 'start/routes.ts',
    changes: [{ from: route, to: `${route}.use(middleware.allowGuestUser())` }],
  }
}

const AUTHORIZE: Edit = {
  title:
    'Who may see the admin pages. An address does for this walk; in an application, use a column that nobody can choose for themselves.',
  file: 'config/guest_user.ts',
  changes: [
    {
      from: '// admin: { authorize: ({ auth }) => Boolean(auth.user?.isAdmin) },',
      to: `admin: { authorize: ({ auth }) => auth.user?.email === 'admin@example.com' },`,
    },
  ],
}

/**
 * As in docs/guide.md
 */
const CONVERT_LAYOUT = `@layout()
  {{{ await $slots.main() }}}
@end
`

/**
 * As in docs/admin.md
 */
const ADMIN_LAYOUT = `@layout({ title })
  <link rel="stylesheet" href="{{ stylesheetUrl }}" />
  <script type="module" src="{{ scriptUrl }}"></script>
  <div class="guest-user guest-user-admin">
    <div class="guest-user-content">{{{ await $slots.main() }}}</div>
  </div>
@end
`

const VISITOR_PROP: Edit = {
  title: 'Every page is told who is here.',
  file: 'app/middleware/inertia_middleware.ts',
  changes: [
    {
      from: `import type { HttpContext } from '@adonisjs/core/http'\n`,
      to: `import type { HttpContext } from '@adonisjs/core/http'\nimport { describeVisitor } from 'adonisjs-guest-user/inertia'\n`,
    },
    { from: '  share(ctx: HttpContext) {', to: '  async share(ctx: HttpContext) {' },
    {
      from: '    return {\n      errors:',
      to: '    return {\n      visitor: ctx.inertia.always(await describeVisitor(ctx)),\n      errors:',
    },
  ],
}

export const KITS: Kit[] = [
  {
    name: 'hypermedia',
    application: '',
    commands: [],
    edits: [
      allowGuests(`router.on('/').render('pages/home').as('home')`),
      {
        title: 'The header offers "Signup" and "Login" to guests, too.',
        file: 'resources/views/partials/header.edge',
        changes: [{ from: '@if(auth.user)', to: '@isRegularUser()' }],
      },
      AUTHORIZE,
      {
        title: 'The pages of the package in the layout of the kit.',
        file: 'resources/views/guest_user/layout.edge',
        contents: CONVERT_LAYOUT,
      },
      {
        title: 'The admin pages, too.',
        file: 'resources/views/guest_user/admin/layout.edge',
        contents: ADMIN_LAYOUT,
      },
    ],
    journeys: PAGE_JOURNEYS,
    photograph: photographAdmin,
  },
  {
    name: 'inertia-react',
    application: '',
    commands: ['node ace guest:eject convert'],
    edits: [
      allowGuests(`router.on('/').renderInertia('home', {}).as('home')`),
      VISITOR_PROP,
      {
        title: 'The header offers "Signup" and "Login" to guests, too.',
        file: 'inertia/layouts/default.tsx',
        changes: [
          {
            from: '{children.props.user ? (',
            to: `{children.props.user && children.props.visitor.kind === 'regular' ? (`,
          },
        ],
      },
      AUTHORIZE,
    ],
    journeys: PAGE_JOURNEYS,
    photograph: photographConvert,
  },
  {
    name: 'inertia-vue',
    application: '',
    commands: ['node ace guest:eject convert'],
    edits: [
      allowGuests(`router.on('/').renderInertia('home', {}).as('home')`),
      VISITOR_PROP,
      {
        title: 'The header offers "Signup" and "Login" to guests, too.',
        file: 'inertia/layouts/default.vue',
        changes: [
          {
            from: '<template v-if="page.props.user">',
            to: `<template v-if="page.props.user && page.props.visitor.kind === 'regular'">`,
          },
        ],
      },
      AUTHORIZE,
    ],
    journeys: PAGE_JOURNEYS,
  },
  { name: 'api', application: 'apps/backend', commands: [], edits: [], journeys: TOKEN_JOURNEYS },
]
