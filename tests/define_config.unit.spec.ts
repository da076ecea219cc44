import { test } from '@japa/runner'

import { defineConfig } from '../index.ts'

const attributes = ({ username }: { username: string }) => ({
  email: `${username}@guest.invalid`,
})

test.group('Wrong config/guest_user.ts', () => {
  test('{option}: {value}')
    .with([
      { option: 'userModel', value: undefined, message: /"userModel" must be a function/ },
      { option: 'attributes', value: { email: 'x' }, message: /"attributes" must be a function/ },
      { option: 'username', value: 'guest', message: /"username" must be a function/ },
      { option: 'allow', value: true, message: /"allow" must be a function/ },
      { option: 'cleanup', value: { keep: 'polls' }, message: /"cleanup.keep" must be a function/ },
      { option: 'expireBy', value: 'created_at', message: /"expireBy" must be/ },
      { option: 'maxAge', value: '30 moons', message: /"maxAge" must be a duration/ },
      { option: 'maxAge', value: 2_592_000, message: /"maxAge" must be a duration with a unit/ },
      { option: 'maxAge', value: '2592000', message: /"maxAge" must be a duration with a unit/ },
      { option: 'maxAge', value: '-5 days', message: /"maxAge" must be a duration/ },
      { option: 'maxAge', value: '0 days', message: /"maxAge" must be a duration/ },
      { option: 'maxAge', value: '500ms', message: /"maxAge" must be a duration/ },
    ])
    .run(({ assert }, { option, value, message }) => {
      const config: any = { userModel: async () => {}, attributes, [option]: value }
      assert.throws(() => defineConfig(config), message)
      assert.throws(() => defineConfig(config), /"config\/guest_user\.ts"/)
    })
})
