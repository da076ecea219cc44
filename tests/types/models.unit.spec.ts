import { test } from '@japa/runner'
import { BaseModel } from '@adonisjs/lucid/orm'

import { defineConfig } from '../../index.ts'
import { Guest } from '../../src/models/guest.ts'
import type { InferGuestUserTypes } from '../../src/types.ts'
import type { GuestUserRequiredOptions } from '../../src/middleware/guest_user_required_middleware.ts'
import type { RegularUserRequiredOptions } from '../../src/middleware/regular_user_required_middleware.ts'
import type { UnregisteredOnlyOptions } from '../../src/middleware/unregistered_only_middleware.ts'

class User extends BaseModel {
  declare id: number
  declare email: string
  declare fullName: string | null
  declare secret: string
}

class VisitorRow extends Guest {
  declare campaign: string | null
}

const userModel = async () => ({ default: User })

test.group('Types of defineConfig', () => {
  test('infers the models', ({ expectTypeOf }) => {
    const config = defineConfig({
      userModel,
      guestModel: async () => ({ default: VisitorRow }),
      attributes: ({ username }) => ({ email: username }),
    })
    type Types = InferGuestUserTypes<typeof config>
    expectTypeOf<Types['userModel']>().toEqualTypeOf<typeof User>()
    expectTypeOf<Types['guestModel']>().toEqualTypeOf<typeof VisitorRow>()
    expectTypeOf<InstanceType<Types['guestModel']>['campaign']>().toEqualTypeOf<string | null>()
  })

  test('infers models that are no modules', ({ expectTypeOf }) => {
    const config = defineConfig({
      userModel: async () => User,
      guestModel: async () => VisitorRow,
      attributes: () => ({}),
    })
    type Types = InferGuestUserTypes<typeof config>
    expectTypeOf<Types['userModel']>().toEqualTypeOf<typeof User>()
    expectTypeOf<Types['guestModel']>().toEqualTypeOf<typeof VisitorRow>()
  })

  test('without a guest model, it is Guest', ({ expectTypeOf }) => {
    const config = defineConfig({ userModel, attributes: () => ({ email: 'x' }) })
    expectTypeOf<InferGuestUserTypes<typeof config>['guestModel']>().toEqualTypeOf<typeof Guest>()
  })

  test('attributes are properties of the user model', () => {
    defineConfig({ userModel, attributes: ({ username }) => ({ email: username, fullName: null }) })
    defineConfig({ userModel, attributes: async ({ username }) => ({ fullName: username }) })
    defineConfig({
      userModel,
      attributes({ username, ctx }) {
        const fullName = ctx?.request.input('name') as string | undefined
        return ctx ? { email: username, fullName } : { email: username }
      },
    })
    // @ts-expect-error there is no such property
    defineConfig({ userModel, attributes: ({ username }) => ({ emial: username }) })
    // @ts-expect-error neither beside others
    defineConfig({ userModel, attributes: ({ username: email }) => ({ email, fulName: email }) })
    // @ts-expect-error nor in a promise
    defineConfig({ userModel, attributes: async ({ username }) => ({ emial: username }) })
    // @ts-expect-error nor without a parameter
    defineConfig({ userModel, attributes: () => ({ emial: 'x' }) })
    // @ts-expect-error a value of another type
    defineConfig({ userModel, attributes: () => ({ email: 42 }) })
  })

  test('passwordColumn is a property of the user model', () => {
    defineConfig({ userModel, attributes: () => ({}), passwordColumn: 'secret' })
    defineConfig({ userModel, attributes: () => ({}), passwordColumn: null })
    // @ts-expect-error there is no such property
    defineConfig({ userModel, attributes: () => ({}), passwordColumn: 'pasword' })
    // @ts-expect-error a method is none
    defineConfig({ userModel, attributes: () => ({}), passwordColumn: 'save' })
  })

  test('guestModel extends Guest', () => {
    // @ts-expect-error it is another model
    defineConfig({ userModel, guestModel: userModel, attributes: () => ({}) })
  })
})

test.group('Types of the middleware', () => {
  test('URLs are paths, or functions like those of "redirects"', ({ expectTypeOf }) => {
    const path = ({ params }: { params: Record<string, string> }) => `/${params.locale}/login`
    expectTypeOf({ anonymousUrl: path, registeredUrl: '/' }).toExtend<GuestUserRequiredOptions>()
    expectTypeOf({ loginUrl: path, convertUrl: path }).toExtend<RegularUserRequiredOptions>()
    expectTypeOf({ registeredUrl: path }).toExtend<UnregisteredOnlyOptions>()
    expectTypeOf({ registeredUrl: () => 42 }).not.toExtend<UnregisteredOnlyOptions>()
  })
})
