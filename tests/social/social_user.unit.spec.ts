import { test } from '@japa/runner'
import type { AllyUserContract, GithubToken } from '@adonisjs/ally/types'

import type { SocialUser } from '../../src/social/social_user.ts'

test.group('Social login', () => {
  test("understands Ally's user", ({ expectTypeOf }) => {
    expectTypeOf<AllyUserContract<GithubToken>>().toExtend<SocialUser>()
  })
})
