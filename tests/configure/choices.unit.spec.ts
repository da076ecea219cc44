import { test } from '@japa/runner'
import { AceFactory } from '@adonisjs/core/factories'

import { readFlags } from '../../src/configure/flags.ts'
import { Choices } from '../../src/configure/choices.ts'

test.group('Flags of configure', () => {
  test('are texts, and answers of yes and no', ({ assert }) => {
    const flags = readFlags(
      { 'user-model': '#models/account', 'guard': 'web', 'signup': true, 'migrate': 'no' },
      []
    )
    assert.deepEqual(flags, {
      userModel: '#models/account',
      guard: 'web',
      yes: false,
      offers: { signup: true, migrate: false },
      warnings: [],
    })
  })

  test('that "node ace add" drops still refuse', ({ assert }) => {
    const { offers } = readFlags({ yes: 'true' }, ['node', 'ace', 'add', '--no-migrate'])
    assert.deepEqual(offers, { migrate: false })
  })

  test('{$self} cannot be understood')
    .with([
      { migrate: 'perhaps' },
      { yes: ['yes', 'no'] },
      { 'user-model': true },
      { key: ['uuid', 'string'] },
      { key: 'guid' },
    ])
    .run(({ assert }, parsed) => {
      const [name] = Object.keys(parsed)
      assert.throws(() => readFlags(parsed, []), new RegExp(name === 'key' ? 'key' : `--${name}`))
    })

  test('with a misspelt name cost a warning, those of other packages do not', ({ assert }) => {
    const { warnings } = readFlags({ 'sign-up': true, 'providers': 'github' }, [])
    assert.deepEqual(warnings, ['"--sign-up" is not a flag. Did you mean "--signup"?'])
  })
})

test.group('Choices', () => {
  const createChoices = async (parsed: Record<string, unknown>, hasTerminal: boolean) => {
    const { prompt } = await new AceFactory().make(new URL('./', import.meta.url))
    return { prompt, choices: new Choices({ prompt }, readFlags(parsed, []), hasTerminal) }
  }

  test('are made at the terminal', async ({ assert }) => {
    const { prompt, choices } = await createChoices({}, true)
    prompt.trap('Really?').reject()
    prompt.trap('Which?').replyWith('#models/account')
    prompt.trap('Type?').chooseOption(1)
    assert.isFalse(await choices.accept('signup', 'Really?'))
    assert.equal(await choices.ask('Which?', '#models/user'), '#models/account')
    assert.equal(await choices.choose('Type?', ['increments', 'uuid']), 'uuid')
  })

  test('are never asked for without one, nor with --yes', async ({ assert }) => {
    const { choices } = await createChoices({}, false)
    assert.isFalse(await choices.accept('signup', 'Really?'))
    assert.equal(await choices.ask('Which?', '#models/user'), '#models/user')

    const { choices: accepting } = await createChoices({ yes: true, migrate: false }, true)
    assert.isTrue(await accepting.accept('signup', 'Really?'))
    assert.isFalse(await accepting.accept('migrate', 'Really?'))
    assert.equal(await accepting.choose('Type?', ['increments', 'uuid']), 'increments')
  })
})
