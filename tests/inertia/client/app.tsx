import { createRoot } from 'react-dom/client'
import { createInertiaApp } from '@inertiajs/react'
import { TuyauProvider } from '@adonisjs/inertia/react'
import { resolvePageComponent } from '@adonisjs/inertia/helpers'

import Layout from './layout'

createInertiaApp({
  resolve: (name) =>
    resolvePageComponent(
      `./pages/${name}.tsx`,
      import.meta.glob('./pages/**/*.tsx'),
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
