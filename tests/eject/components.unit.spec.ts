import { join } from 'node:path'
import { test } from '@japa/runner'
import { createElement } from 'react'
import { pathToFileURL } from 'node:url'
import { createSSRApp, h } from 'vue'
import typescript from 'typescript'
import { renderToString } from 'vue/server-renderer'
import { renderToStaticMarkup } from 'react-dom/server'
import { compileScript, parse } from 'vue/compiler-sfc'
import { createInertiaApp as createVueApp } from '@inertiajs/vue3'
import { createInertiaApp as createReactApp } from '@inertiajs/react'
import { TuyauProvider as ReactTuyau } from '@adonisjs/inertia/react'
import { TuyauProvider as VueTuyau } from '@adonisjs/inertia/vue'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'

const ROOT = join(import.meta.dirname, '../..')

const FORM = {
  fields: [
    { name: 'fullName', type: 'text', label: 'Full name', autocomplete: 'name', isRequired: false },
    { name: 'email', type: 'email', label: 'Email', autocomplete: 'email', isRequired: true },
    {
      name: 'password',
      type: 'password',
      label: 'Password',
      hint: 'At least 8 characters',
      autocomplete: 'new-password',
      isRequired: true,
    },
  ],
  prefill: { fullName: 'Ann "<b>"' },
  formUrl: '/convert',
  loginUrl: '/login',
  texts: {
    title: 'Create your account',
    lede: 'Everything stays.',
    optional: 'optional',
    submit: 'Create account',
    loginQuestion: 'An account already?',
    login: 'Log in',
  },
}
const SUCCESS = {
  continueUrl: '/home',
  texts: { title: 'Ready', lede: 'Everything is still here.', continue: 'Continue' },
}

function describePage(page: string, props: object) {
  return { component: page, props: { errors: {}, ...props }, url: '/', version: '1' } as never
}

/**
 * Elements, their attributes in order, and texts: what both frameworks mean by it
 */
function normalize(html: string): string[] {
  return html
    .replaceAll(/<!--.*?-->| data-page="[^"]*"/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<(\w+)([^>]*)>/g, (_, name, attributes) => {
      const list: string[] = attributes.match(/[\w-]+(="[^"]*")?/g) ?? []
      return `<${[name, ...list.map(normalizeAttribute).sort()].join(' ')}>`
    })
    .split(/ ?(?=<)|(?<=>) ?/)
    .map((part) => part.trim())
    .filter(Boolean)
}

/**
 * @example normalizeAttribute('noValidate=""') // 'novalidate'
 */
function normalizeAttribute(attribute: string): string {
  const [name, value] = attribute.split(/=(.*)/s)
  const known = name === 'style' ? value.replace(': ', ':').replace(/;"$/, '"') : value
  return [name.toLowerCase(), known].filter((part) => part && part !== '""').join('=')
}

test.group('The components of guest:eject', (group) => {
  let folder: string

  group.setup(async () => {
    await mkdir(join(ROOT, 'tmp'), { recursive: true })
    folder = await mkdtemp(join(ROOT, 'tmp/components-'))
    return () => rm(folder, { recursive: true })
  })

  async function load(name: string, code: string) {
    const { outputText } = typescript.transpileModule(code, {
      compilerOptions: {
        module: typescript.ModuleKind.ESNext,
        target: typescript.ScriptTarget.ESNext,
        jsx: typescript.JsxEmit.ReactJSX,
      },
    })
    await writeFile(join(folder, name), outputText)
    return (await import(pathToFileURL(join(folder, name)).href)).default
  }

  async function renderReact(page: string, props: object) {
    const source = await readFile(join(ROOT, `stubs/eject/react/${page}.tsx`), 'utf-8')
    const component = await load(`${page}_react.mjs`, source)
    return createReactApp({
      page: describePage(page, props),
      render: renderToStaticMarkup,
      resolve: () => component,
      setup: ({ App, props: state }: any) =>
        createElement(ReactTuyau, { client: {}, children: createElement(App, state) } as never),
    })
  }

  async function renderVue(page: string, props: object) {
    const source = await readFile(join(ROOT, `stubs/eject/vue/${page}.vue`), 'utf-8')
    const { descriptor, errors } = parse(source)
    const { content } = compileScript(descriptor, {
      id: page,
      inlineTemplate: true,
      templateOptions: { ssr: true, ssrCssVars: [] },
    })
    if (errors.length) {
      throw new AggregateError(errors)
    }
    const component = await load(`${page}_vue.mjs`, content)
    let app: ReturnType<typeof createSSRApp>
    return createVueApp({
      page: describePage(page, props),
      // Of the component alone: the element around it would be rendered here, too
      render: () => renderToString(app),
      resolve: () => component,
      setup: ({ App, props: state, plugin }: any): any => {
        app = createSSRApp({
          render: () => h(VueTuyau as never, { client: {} }, { default: () => h(App, state) }),
        }).use(plugin)
      },
    })
  }

  test('say the same with React and with Vue: {page}')
    .with([
      { page: 'convert', props: FORM },
      { page: 'convert_success', props: SUCCESS },
    ])
    .timeout(30_000)
    .run(async ({ assert }, { page, props }) => {
      const react = (await renderReact(page, props))!
      const vue = (await renderVue(page, props))!
      assert.include(normalize(react.body), props.texts.lede)
      assert.deepEqual(normalize(`<div id="app">${vue.body}</div>`), normalize(react.body))
      assert.deepEqual(vue.head, [`<title inertia>${props.texts.title}</title>`])
    })
})
