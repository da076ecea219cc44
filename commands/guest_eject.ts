import { join } from 'node:path'
import { args, BaseCommand, flags } from '@adonisjs/core/ace'

import { stubsRoot } from '../stubs/main.ts'
import { listMessages } from '../src/eject/messages.ts'
import { listMissing } from '../src/pages/page_packages.ts'
import { hideQueries } from '../src/console/hide_queries.ts'
import { addConvertOption } from '../src/eject/config_option.ts'
import { describeValidator } from '../src/eject/validator_source.ts'
import { startApplication } from '../src/console/start_application.ts'
import { CONVERT_TEMPLATES, listTemplates, templatePath } from '../src/eject/templates.ts'
import { ADAPTERS, findAdapter, isAdapter, type Adapter } from '../src/eject/inertia_adapter.ts'

const PARTS = [
  { name: 'convert', message: 'The conversion page: components of Inertia, or templates of Edge' },
  { name: 'templates', message: 'The Edge templates of all pages' },
  { name: 'validator', message: 'The validator of the conversion page' },
  { name: 'texts', message: 'The texts of the pages, to be translated with @adonisjs/i18n' },
] as const

type Part = (typeof PARTS)[number]['name']

type Codemods = Awaited<ReturnType<BaseCommand['createCodemods']>>

/**
 * Copies what the package brings into the application, which then uses its own
 */
export default class GuestEject extends BaseCommand {
  static commandName = 'guest:eject'
  static description = 'Copy pages, texts or the validator into your application, to change them'
  static help = [
    'Writes a part of the package into your application, which then uses its own:',
    '  convert    the conversion page: components of Inertia, for React or Vue;',
    '             without Inertia, templates of Edge',
    '  templates  the Edge templates of all pages, or of those that you name',
    '  validator  the rules of the conversion page, for your user model',
    '  texts      the texts in English, for @adonisjs/i18n',
    'The option that it needs is set in config/guest_user.ts.',
    'Existing files are kept, unless you say --force.',
    '```',
    'node ace guest:eject convert',
    'node ace guest:eject templates layout admin/layout',
    '```',
  ]

  @args.string({
    description: 'What to copy: convert, templates, validator or texts',
    required: false,
  })
  declare part?: string

  @args.spread({ description: 'Templates to copy. Defaults to all', required: false })
  declare templates?: string[]

  @flags.boolean({ description: 'Overwrite existing files' })
  declare force?: boolean

  @flags.string({
    description:
      'What the pages of Inertia are written with: react or vue. Defaults to what is installed',
  })
  declare adapter?: string

  async run() {
    const part: string =
      this.part ?? (await this.prompt.choice('What do you want to copy?', [...PARTS]))
    const problem = await this.#findProblem(part)
    if (problem) {
      this.exitCode = 1
      this.logger.error(problem)
      return
    }
    const codemods = await this.createCodemods()
    codemods.overwriteExisting = this.force === true
    await this.#eject(codemods, part as Part)
  }

  async #findProblem(part: string): Promise<string | undefined> {
    if (!PARTS.some(({ name }) => name === part)) {
      return `Cannot copy "${part}". Use one of: ${PARTS.map(({ name }) => name).join(', ')}`
    }
    if (this.adapter !== undefined && !isAdapter(this.adapter)) {
      return `"--adapter" must be one of ${Object.keys(ADAPTERS).join(', ')}, not "${this.adapter}"`
    }
    if (part !== 'templates' && this.templates?.length) {
      return `Only templates are copied by their names: "${this.templates[0]}" means nothing to "${part}"`
    }
    const known = await listTemplates()
    const unknown = this.templates?.find((name) => !known.includes(name))
    return unknown && `There is no template "${unknown}". The templates are ${known.join(', ')}`
  }

  async #eject(codemods: Codemods, part: Part) {
    switch (part) {
      case 'convert':
        return this.#ejectConvert(codemods)
      case 'templates':
        return this.#ejectTemplates(codemods, this.templates ?? (await listTemplates()))
      case 'validator':
        return this.#ejectValidator(codemods)
      case 'texts':
        return this.#ejectTexts(codemods)
    }
  }

  async #ejectConvert(codemods: Codemods) {
    const usesInertia = this.adapter || listMissing(this.app, ['inertia']).length === 0
    if (!usesInertia) {
      return this.#ejectTemplates(codemods, CONVERT_TEMPLATES)
    }
    const adapter = (this.adapter as Adapter | undefined) ?? (await findAdapter(this.app))
    if (!adapter) {
      this.exitCode = 1
      this.logger.error(
        'Cannot tell whether your pages are written with React or Vue. Use --adapter=react or --adapter=vue'
      )
      return
    }
    for (const page of ['convert', 'convert_success']) {
      const file = `${page}.${ADAPTERS[adapter].extension}`
      await this.#copy(
        codemods,
        this.app.makePath('inertia/pages/guest_user', file),
        join(stubsRoot, 'eject', adapter, file)
      )
    }
    await this.#setOption(codemods, 'inertia', 'true')
  }

  async #ejectTemplates(codemods: Codemods, names: string[]) {
    for (const name of names) {
      const destination = this.app.viewsPath('guest_user', `${name}.edge`)
      await this.#copy(codemods, destination, templatePath(name))
    }
  }

  /**
   * Reads the columns of the users table
   */
  async #ejectValidator(codemods: Codemods) {
    hideQueries(this)
    await startApplication(this.app)
    const form = await this.app.container.make('guestUser.conversionForm')
    const { engine } = await this.app.container.make('guestUser.manager')
    const { userModel } = await engine.load()

    const destination = this.app.validatorsPath('guest_user.ts')
    await codemods.makeUsingStub(stubsRoot, 'eject/validator.stub', {
      destination,
      ...describeValidator(await form.fields(), userModel),
    })
    await this.#setOption(codemods, 'validator', `() => import('#validators/guest_user')`)
  }

  async #ejectTexts(codemods: Codemods) {
    await codemods.makeUsingStub(stubsRoot, 'eject/file.stub', {
      destination: this.app.languageFilesPath('en/guest_user.json'),
      contents: JSON.stringify(listMessages(), null, 2),
    })
  }

  async #copy(codemods: Codemods, destination: string, source: string) {
    await codemods.makeUsingStub(
      stubsRoot,
      'eject/file.stub',
      { destination, contents: '' },
      { contentsFromFile: source }
    )
  }

  async #setOption(codemods: Codemods, name: string, value: string) {
    const path = this.app.configPath('guest_user.ts')
    const file = this.app.relativePath(path)
    const project = await codemods.getTsMorphProject()
    const outcome = project ? await addConvertOption(project, path, name, value) : 'unusual'
    const action = this.logger.action(`update ${file}`)
    if (outcome === 'added') {
      action.succeeded()
    } else if (outcome === 'present') {
      action.skipped('It is set already')
    } else {
      this.logger.warning(`Set this in "${file}": convert: { ${name}: ${value} }`)
    }
  }
}
