import { fileURLToPath } from 'node:url'
import { configProvider } from '@adonisjs/core'
import { HttpContext } from '@adonisjs/core/http'
import type { ApplicationService } from '@adonisjs/core/types'

import type { GuestUserEvents, ResolvedConfig } from '../src/types.ts'
import { GuestEvents } from '../src/guests/guest_events.ts'
import type { GuestUserEngine } from '../src/guest_user_engine.ts'
import { GuestUserManager } from '../src/guest_user_manager.ts'
import { AdminGate, registerAdminRoutes } from '../src/admin/register_admin_routes.ts'
import { registerApiRoutes } from '../src/api/register_api_routes.ts'
import { assertAnswering } from '../src/database/answering.ts'
import { handleUpdates } from '../src/database/update_handler.ts'
import type { ConversionForm } from '../src/conversion/conversion_form.ts'
import { TemplateFinder, TEMPLATES_DISK } from '../src/pages/template_finder.ts'
import { registerConvertRoutes } from '../src/conversion/register_convert_routes.ts'
import { E_INVALID_GUEST_USER_CONFIG, E_MISSING_GUEST_USER_MIDDLEWARE } from '../src/errors.ts'

declare module '@adonisjs/core/types' {
  interface ContainerBindings {
    'guestUser.manager': GuestUserManager

    /** @internal */
    'guestUser.templates': TemplateFinder

    /** @internal */
    'guestUser.conversionForm': ConversionForm
  }
  interface EventsList extends GuestUserEvents {}
}

/**
 * Registers the manager as `guestUser.manager`, and the tags with Edge if the
 * application uses it
 */
export default class GuestUserProvider {
  #stopHandlingUpdates?: () => void
  #lookUp?: Promise<void>
  #isShuttingDown = false

  constructor(protected app: ApplicationService) {}

  register() {
    this.app.container.singleton('guestUser.manager', async (resolver) => {
      const config = await configProvider.resolve<ResolvedConfig>(
        this.app,
        this.app.config.get('guest_user')
      )
      if (!config) {
        throw new E_INVALID_GUEST_USER_CONFIG([
          'It must export what "defineConfig" of "adonisjs-guest-user" returns. Run "node ace configure adonisjs-guest-user" to create it',
        ])
      }

      const [database, emitter, encryption, hash, logger, router] = await Promise.all([
        resolver.make('lucid.db'),
        resolver.make('emitter'),
        resolver.make('encryption'),
        resolver.make('hash'),
        resolver.make('logger'),
        resolver.make('router'),
      ])
      const events = new GuestEvents(emitter, logger)
      const framework = { app: this.app, database, events, encryption, hash, router }
      const pages = { registerConvertRoutes, registerAdminRoutes, registerApiRoutes }
      // Most commands have nothing to do with guests
      const { GuestUserEngine } = await import('../src/guest_user_engine.ts')
      return new GuestUserManager(new GuestUserEngine(config, framework), pages)
    })

    this.app.container.singleton('guestUser.templates', () => new TemplateFinder(this.app))
    // Imported by the first page that needs it
    this.app.container.singleton('guestUser.conversionForm', async (resolver) => {
      const conversion = await import('../src/conversion/conversion_form.ts')
      return new conversion.ConversionForm(await resolver.make('guestUser.manager'))
    })
    this.app.container.singleton(AdminGate, async (resolver) => {
      const manager = await resolver.make('guestUser.manager')
      return new AdminGate(manager, await resolver.make('logger'))
    })
  }

  async boot() {
    this.#handleUpdates()
    this.#explainMissingMiddleware()
    await this.#registerEdgePlugin()
    await this.#registerReplMethod()
  }

  /**
   * An invalid configuration must prevent the server from starting
   */
  async start() {
    if (this.app.getEnvironment() === 'web') {
      await this.app.container.make('guestUser.manager')
      await this.#checkTransfer()
    }
  }

  /**
   * Runs before Lucid's: a query after it would open a connection that nobody
   * closes, and the process would not end
   */
  async shutdown() {
    this.#isShuttingDown = true
    await this.#lookUp
    this.#stopHandlingUpdates?.()
  }

  /**
   * Without a valid configuration nobody can be a guest, and saves are left alone
   */
  #handleUpdates() {
    let engine: Promise<GuestUserEngine | undefined> | undefined
    this.#stopHandlingUpdates = handleUpdates(async (row, client, update) => {
      engine ??= this.app.container.make('guestUser.manager').then(
        (manager) => manager.engine,
        () => undefined
      )
      const known = await engine
      await (known ? known.saveRow(row, client, update) : update())
    })
  }

  /**
   * Names what merges would fail on, before a guest meets it. The server already
   * listens. A database may be up later, and one of a tenant has no name yet
   */
  async ready() {
    if (this.app.getEnvironment() === 'web' && !this.#isShuttingDown) {
      this.#lookUp = this.#nameConflicts()
      await this.#lookUp
    }
  }

  async #nameConflicts() {
    const { config, engine } = await this.app.container.make('guestUser.manager')
    if (!config.enabled || config.mergeMode === 'off') {
      return
    }
    const logger = await this.app.container.make('logger')
    try {
      const { merger, directory } = await engine.load()
      // A shutdown waits for this, and should not wait for a database that is down
      await assertAnswering(directory.client())
      const conflicts = await merger.foreseeConflicts()
      conflicts.forEach(({ message, fix }) => logger.warn(`${message}. ${fix}`))
    } catch (error) {
      logger.info({ err: error }, 'cannot look up what merges of guests would fail on')
    }
  }

  async #checkTransfer() {
    const { config, engine } = await this.app.container.make('guestUser.manager')
    if (config.transfer) {
      const { merger } = await engine.load()
      await merger.checkTransfer()
    }
  }

  /**
   * The initialize middleware overrides this getter on each context
   */
  #explainMissingMiddleware() {
    HttpContext.getter('guestUser', function () {
      throw new E_MISSING_GUEST_USER_MIDDLEWARE([
        '"ctx.guestUser" is not available: "adonisjs-guest-user/initialize_guest_user_middleware" is missing.',
      ])
    })
  }

  async #registerReplMethod() {
    if (this.app.getEnvironment() !== 'repl') {
      return
    }
    const repl = await this.app.container.make('repl')
    repl.addMethod(
      'loadGuestUsers',
      async () => {
        repl.server!.context.guestUsers = await this.app.container.make('guestUser.manager')
        repl.notify('Loaded the service of guest users as "guestUsers"')
      },
      { description: 'Load the service of guest users to the "guestUsers" property' }
    )
  }

  async #registerEdgePlugin() {
    if (this.app.usingEdgeJS) {
      const [{ default: edge }, { edgePluginGuestUser }] = await Promise.all([
        import('edge.js'),
        import('../src/plugins/edge.ts'),
      ])
      edge.use(edgePluginGuestUser(() => this.app.container.make('guestUser.manager')))
      edge.mount(TEMPLATES_DISK, fileURLToPath(new URL('../templates', import.meta.url)))
    }
  }
}
