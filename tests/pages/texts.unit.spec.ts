import { test } from '@japa/runner'
import { HttpContextFactory } from '@adonisjs/core/factories/http'

import { createCountTexts, createTexts, localeOf } from '../../src/pages/texts.ts'

/**
 * A request with `@adonisjs/i18n`, as far as it is needed
 */
function inGerman(translations: Record<string, (data: any) => string>) {
  const t = (name: string, data: object, fallback: string) => translations[name]?.(data) ?? fallback
  return Object.assign(new HttpContextFactory().create(), { i18n: { locale: 'de', t } })
}

test.group('Texts of the pages', () => {
  test('have names and numbers filled in', ({ assert }) => {
    const text = createTexts(new HttpContextFactory().create())
    assert.equal(text('convert.title'), 'Create your account')
    assert.equal(text('convert.min_length', { min: 8 }), 'Use at least 8 characters')
    assert.equal(
      text('admin.converted', { label: 'Ann', email: 'ann@example.com' }),
      'Ann is a regular user now. The mail to ann@example.com is on its way.'
    )
  })

  test('what is filled in stays as it was typed', ({ assert }) => {
    const text = createTexts(new HttpContextFactory().create())
    for (const label of ['{email}', '$&', '$1', '{', '}', '{{ label }}', '<b>']) {
      assert.include(text('admin.converted', { label, email: 'x' }), `${label} is a regular user`)
    }
  })

  test('tell one from several, with numbers as they are written', ({ assert }) => {
    const countText = createCountTexts(new HttpContextFactory().create())
    assert.equal(countText('admin.guests', 0), '0 guests')
    assert.equal(countText('admin.guests', 1), '1 guest')
    assert.equal(countText('admin.guests', 12_345), '12,345 guests')
    assert.equal(
      countText('admin.was_blocked', 2, { tables: 'orders' }),
      '2 guests could not be deleted, because rows in orders point at them.'
    )
  })

  test('are translated, and English where a translation is missing', ({ assert }) => {
    const ctx = inGerman({
      'guest_user.convert.min_length': ({ min }) => `Mindestens ${min} Zeichen`,
      'guest_user.admin.guests': ({ count, number }) => `${number} Gäste (${count})`,
    })
    assert.equal(createTexts(ctx)('convert.min_length', { min: 8 }), 'Mindestens 8 Zeichen')
    assert.equal(createTexts(ctx)('convert.max_length', { max: 9 }), 'Use at most 9 characters')
    assert.equal(createCountTexts(ctx)('admin.guests', 1234), '1.234 Gäste (1234)')
    assert.equal(createCountTexts(ctx)('admin.deleted', 1234), '1.234 guests were deleted.')
  })

  test('numbers and dates are in the language of the visitor', ({ assert }) => {
    assert.equal(localeOf(inGerman({})), 'de')
    assert.equal(localeOf(new HttpContextFactory().create()), 'en')
  })
})
