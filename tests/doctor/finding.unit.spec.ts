import { test } from '@japa/runner'

import {
  createFinding,
  describeMigration,
  messageOf,
  quoteColumns,
} from '../../src/doctor/finding.ts'

test.group('Findings', () => {
  test('are as severe as their code', ({ assert }) => {
    const finding = createFinding('disabled', 'Guests are switched off', 'enabled: true,')
    assert.deepEqual(finding, {
      code: 'disabled',
      severity: 'info',
      message: 'Guests are switched off',
      fix: 'enabled: true,',
    })
    assert.equal(createFinding('missing-config', '', '').severity, 'error')
  })

  test('tell a migration that can be pasted', ({ assert }) => {
    const [command, ...lines] = describeMigration({ table: 'guests', connectionFlag: '' }, [
      `table.index(['last_seen_at'])`,
      `table.unique(['visit_key'])`,
    ]).split('\n')
    assert.match(command, /node ace make:migration alter_guests.*node ace migration:run/)
    assert.deepEqual(lines, [
      `this.schema.alterTable('guests', (table) => {`,
      `  table.index(['last_seen_at'])`,
      `  table.unique(['visit_key'])`,
      '})',
    ])
  })

  test('tell a migration of another schema', ({ assert }) => {
    const fix = describeMigration(
      { table: 'Shop.my orders', connectionFlag: ' --connection=shop' },
      []
    )
    assert.include(fix, 'make:migration alter_my_orders --connection=shop"')
    assert.include(fix, `this.schema.withSchema('Shop').alterTable('my orders', (table) => {`)
  })

  test('quote one column, or a list of them', ({ assert }) => {
    assert.equal(quoteColumns(['user_id']), `'user_id'`)
    assert.equal(quoteColumns(['id', 'region']), `['id', 'region']`)
  })
})

test.group('Messages of what was thrown', () => {
  test('{expected}')
    .with([
      { thrown: new Error('boom'), expected: 'boom' },
      { thrown: new TypeError(''), expected: 'TypeError' },
      { thrown: 'a text', expected: 'a text' },
      { thrown: undefined, expected: 'undefined' },
      {
        thrown: new AggregateError([new Error('IPv6'), new Error('IPv4')]),
        expected: 'IPv6; IPv4',
      },
      { thrown: new AggregateError([new Error('x')], 'all failed'), expected: 'all failed' },
    ])
    .run(({ assert }, { thrown, expected }) => {
      assert.equal(messageOf(thrown), expected)
    })
})
