import { readFileSync } from 'node:fs'
import type { Project, SourceFile } from 'ts-morph'
import type { ApplicationService } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { Offer } from './offer.ts'
import { parse } from './source_file.ts'
import { openLoginRoutes } from './login_routes.ts'
import { registerRoutes } from './route_registration.ts'
import { registerInSignup } from './signup_controller.ts'
import { listValidatorFields } from './validator_fields.ts'
import type { OfferName } from './flags.ts'
import type { ApplicationKind } from './application_kind.ts'

export interface Setting {
  app: ApplicationService
  project: Project | undefined
  kind: ApplicationKind

  /**
   * The guard of the guests
   */
  guard: string

  /**
   * As the controllers import it
   */
  userModel: string
  model?: LucidModel
}

const SERVICE_IMPORT = `import guestUsers from 'adonisjs-guest-user/services/main'`

/**
 * The edits that an application of this kind may want, in the order in which they
 * are offered
 */
export function listOffers(setting: Setting): Offer[] {
  const { app, kind } = setting
  const routes = app.relativePath(app.startPath('routes.ts'))
  const controller = app.relativePath(app.httpControllersPath('new_account_controller.ts'))
  const register = (name: OfferName, method: string, pattern: string, question: string): Offer => ({
    name,
    path: routes,
    question,
    doneBy: [method],
    edit: (file) => registerRoutes(file, method, pattern),
    byHand: `${SERVICE_IMPORT}\n\nguestUsers.${method}('${pattern}')`,
  })

  const signup: Offer = {
    name: 'signup',
    path: controller,
    question: 'Let guests keep their work when they sign up?',
    doneBy: ['guestUser.register', 'guestUser.convert'],
    edit: (file) => registerInSignup(file, { ...setting, ...describeSignup(setting, file) }),
    byHand: kind.usesTokens
      ? `In your signup, in place of creating the user:\nconst user = await guestUser.register({ … })`
      : `In your signup, in place of creating the user and signing them in:\nawait guestUser.register(payload)`,
  }
  if (kind.usesTokens) {
    return [
      signup,
      register('api-routes', 'registerApiRoutes', '/guest', 'Open "POST /guest" for clients?'),
    ]
  }

  const loginRoutes: Offer = {
    name: 'login-routes',
    path: routes,
    question: 'Let guests see the login and signup pages?',
    edit: openLoginRoutes,
    byHand: `On your login and signup routes, in place of "middleware.guest()":\n.use(middleware.unregisteredOnly())`,
  }
  const pages = [
    register(
      'convert-routes',
      'registerConvertRoutes',
      '/convert',
      'Open the page where guests sign up and go back to what they wanted?'
    ),
    // The place to offer that page as a component, where `kind.usesInertia`
    register(
      'admin-routes',
      'registerAdminRoutes',
      '/admin/guests',
      'Open the admin pages, closed to everybody until you configure "admin.authorize"?'
    ),
  ]
  return [loginRoutes, signup, ...(kind.hasPages ? pages : [])]
}

function describeSignup({ app, project, kind, model }: Setting, controller: SourceFile) {
  return {
    usesTokens: kind.usesTokens,
    columns: model && [...model.$columnsDefinitions.keys()],
    listFields: (validator: string) => {
      const path = findValidators(app, controller, validator)
      const file = path && project ? readSource(project, path) : null
      return file ? listValidatorFields(file, validator) : undefined
    },
  }
}

/**
 * The file from which the controller imports a validator
 */
function findValidators(app: ApplicationService, controller: SourceFile, validator: string) {
  const specifier = controller
    .getImportDeclarations()
    .find((one) => one.getNamedImports().some((named) => named.getName() === validator))
    ?.getModuleSpecifierValue()
  const [, name] = /^#validators\/(.+)$/.exec(specifier ?? '') ?? []
  return name && app.validatorsPath(`${name}.ts`)
}

function readSource(project: Project, path: string): SourceFile | null {
  try {
    return parse(project, path, readFileSync(path, 'utf-8'))
  } catch {
    return null
  }
}
