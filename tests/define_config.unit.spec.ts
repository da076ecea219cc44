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
      {
        option: 'enabled',
        value: 'false',
        message: /"enabled" must be true or false, not "false"/,
      },
      { option: 'guestModel', value: 'guest', message: /"guestModel" must be a function/ },
      { option: 'passwordColumn', value: 5, message: /"passwordColumn" must be the name/ },
      { option: 'redirects', value: '/login', message: /"redirects" must be an object.*login/ },
      { option: 'redirects', value: { login: 5 }, message: /"redirects\.login" must be a path.*5/ },
      {
        option: 'redirects',
        value: { login: 'login' },
        message: /"redirects\.login" must be a path/,
      },
      {
        option: 'convert',
        value: { redirectTo: '' },
        message: /"convert\.redirectTo" must be a path/,
      },
      {
        option: 'convert',
        value: { prefill: 'email' },
        message: /"convert\.prefill" must be true/,
      },
      { option: 'convert', value: { inertia: 'yes' }, message: /"convert\.inertia" must be true/ },
      { option: 'convert', value: { validator: {} }, message: /"convert\.validator" must be/ },
      { option: 'admin', value: { search: 'email' }, message: /"admin\.search" must be a list/ },
      { option: 'cleanup', value: { keep: true }, message: /"cleanup\.keep" must be a function/ },
      { option: 'mergeMode', value: 'always', message: /"mergeMode" must be one of.*"strict"/ },
      { option: 'crawlers', value: 'Googlebot', message: /"crawlers" must be false, a list/ },
      { option: 'crawlers', value: ['('], message: /"crawlers".* "\(" is no regular expression/ },
      { option: 'crawlers', value: [5], message: /"crawlers".* 5 is no regular expression/ },
    ])
    .run(({ assert }, { option, value, message }) => {
      const config: any = { userModel: async () => {}, attributes, [option]: value }
      assert.throws(() => defineConfig(config), message)
      assert.throws(() => defineConfig(config), /"config\/guest_user\.ts"/)
    })

  test('"{path}" is not an option: {help}')
    .with([
      { path: 'maxage', help: 'Did you mean "maxAge"?' },
      { path: 'usernames', help: 'Did you mean "username"?' },
      { path: 'redirect', help: 'Did you mean "redirects"?' },
      { path: 'redirects.logn', help: 'Did you mean "redirects.login"?' },
      { path: 'convert.redirect', help: 'Did you mean "convert.redirectTo"?' },
      { path: 'admin.authorise', help: 'Did you mean "admin.authorize"?' },
      { path: 'cleanup.kep', help: 'Did you mean "cleanup.keep"?' },
      { path: 'authorize', help: 'Did you mean "admin.authorize"?' },
      { path: 'admin.maxAge', help: 'Did you mean "maxAge"?' },
      { path: 'colour', help: 'The options are enabled, guard, userModel,' },
      { path: 'redirects.xyz', help: 'The options of "redirects" are login, convert,' },
      { path: 'toString', help: 'The options are enabled,' },
    ])
    .run(({ assert }, { path, help }) => {
      const [group, name] = path.split('.')
      const value = name ? { [name]: '/x' } : '/x'
      const config: any = { userModel: async () => {}, attributes, [group]: value }
      assert.throws(
        () => defineConfig(config),
        new RegExp(`"config/guest_user.ts" file\\. "${path}" is not an option\\. ${escaped(help)}`)
      )
    })

  const model = async () => {}
  test('an entry of transfer: {$i}')
    .with([
      {
        entry: { relation: 'cart', onconflict: 'keepGuest' },
        message: '"transfer[1].onconflict" is not an option. Did you mean "onConflict"?',
      },
      {
        entry: { model, foreignKey: 'userId', colour: 'red' },
        message:
          '"transfer[1].colour" is not an option. The options are relation, model, foreignKey, onConflict, discard',
      },
      {
        entry: { relation: 'cart', onConflict: 'keepBoth' },
        message: '"transfer[1].onConflict" must be "keepAccount", "keepGuest", or a function',
      },
      {
        entry: { relation: 'cart', discard: 'yes' },
        message: '"transfer[1].discard" must be true or false',
      },
      { entry: { model: 'note', foreignKey: 'x' }, message: '"transfer[1].model" must be a func' },
      ...[{}, null, { model }, { foreignKey: 'x' }, { relation: 'cart', foreignKey: 'x' }].map(
        (entry) => ({ entry, message: '"transfer[1]" must name either a "relation"' })
      ),
    ])
    .run(({ assert }, { entry, message }) => {
      const config: any = { userModel: model, attributes, transfer: ['notes', entry] }
      assert.throws(() => defineConfig(config), new RegExp(message.replaceAll(/[.?[\]]/g, '\\$&')))
    })

  test('transfer in all its forms', ({ assert }) => {
    const transfer = [
      'notes',
      { relation: 'cart', onConflict: 'keepGuest', discard: undefined },
      { model, foreignKey: 'userId', onConflict: () => {}, discard: false },
    ]
    const config: any = { userModel: model, attributes, transfer }
    assert.doesNotThrow(() => defineConfig(config))
  })

  test('nothing at all', ({ assert }) => {
    assert.throws(() => defineConfig(undefined as never), /"userModel" must be a function/)
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[.?]/g, '\\$&')
}
