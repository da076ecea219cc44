import { createRoot } from 'react-dom/client'
import { createInertiaApp } from '@inertiajs/react'
import { TuyauProvider } from '@adonisjs/inertia/react'
import { resolvePageComponent } from '@adonisjs/inertia/helpers'

import Layout from './layout'

/**
 * The pages of this package are those that `guest:eject` writes, where they are
 */
function findPage(name: string) {
  return name.startsWith('guest_user/')
    ? name.replace('guest_user', '../../../stubs/eject/react') + '.tsx'
    : `./pages/${name}.tsx`
}

createInertiaApp({
  resolve: (name) =>
    resolvePageComponent(
      findPage(name),
      {
        ...import.meta.glob('./pages/**/*.tsx'),
        ...import.meta.glob('../../../stubs/eject/react/*.tsx'),
      },
      (page: React.ReactElement) => <Layout>{page}</Layout>
    ),
  setup({ el, App, props }) {
    createRoot(el).render(
      // No route is called by its name here
      <TuyauProvider client={{} as never}>
        <App {...props} />
      </TuyauProvider>
    )
  },
})
