import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import BaseInertiaMiddleware from '@adonisjs/inertia/inertia_middleware'

import { describeVisitor } from '../../../src/plugins/inertia.ts'

/**
 * Reads messages where the starter kits read them
 */
export default class InertiaMiddleware extends BaseInertiaMiddleware {
  async share(ctx: HttpContext) {
    const { session } = ctx as Partial<HttpContext>
    const errorsBag: Record<string, string> = session?.flashMessages.get('errorsBag') ?? {}

    return {
      errors: ctx.inertia.always(this.getValidationErrors(ctx)),
      messages: ctx.inertia.always(Object.values(errorsBag)),
      visitor: ctx.inertia.always(await describeVisitor(ctx)),
    }
  }

  async handle(ctx: HttpContext, next: NextFn) {
    await this.init(ctx)
    const output = await next()
    this.dispose(ctx)
    return output
  }
}
