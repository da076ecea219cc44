import { test } from '@japa/runner'

import { GERMAN, inGerman } from '../app/in_german.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

const TRANSLATIONS = {
  'guest_user.admin.title': 'Gäste',
  'guest_user.admin.expired': 'Abgelaufen',
  'guest_user.admin.search_hint': 'Anfang von {columns}',
  'guest_user.admin.guests': '{count, plural, one {{number} Gast} other {{number} Gäste}}',
  'guest_user.admin.delete_question':
    '{count, plural, one {{number} Gast löschen?} other {{number} Gäste löschen?}}',
}

test.group('Admin pages with @adonisjs/i18n', () => {
  test('are translated, with numbers and dates as they are written there', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp(inGerman(TRANSLATIONS))
    cleanup(() => app.close())
    await createGuests(
      app,
      Array.from({ length: 1234 }, () => 40)
    )
    const operator = await arriveAsOperator(app)

    const { text } = await operator.get('/admin/guests', GERMAN)
    assert.include(text, '<html lang="de">')
    assert.include(text, '<h1>Gäste</h1>')
    assert.include(text, '<caption>1.234 Gäste</caption>')
    assert.include(text, 'Abgelaufen')
    assert.include(text, 'Anfang von email, fullName')
    assert.match(text, /letzten Monat|vor \d+ (Tagen|Monat)/)
    assert.include(text, 'Older than', 'what is missing')

    const id = 1_000_000
    const path = `/admin/guests/delete?guests=${id}&older_than=1d`
    assert.include((await operator.get(path, GERMAN)).text, '<h1>1 Gast löschen?</h1>')
    assert.include(
      (await operator.get(path, { 'accept-language': 'en' })).text,
      '<h1>Delete 1 guest?</h1>'
    )
  })
})

test.group('Admin pages: odd data in another language', () => {
  test('what was typed is no message to translate', async ({ assert, cleanup }) => {
    const app = await createAdminApp(
      inGerman({
        'guest_user.admin.no_age': '„{age}“ ist kein Alter.',
        'guest_user.admin.search_hint': 'Anfang von {columns}',
      })
    )
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    await app.db
      .from('users')
      .where('id', id)
      .update({ full_name: '{count, plural, one {x}} <b>{' })
    const operator = await arriveAsOperator(app)
    const get = async (path: string) => {
      const answer = await operator.get(path, GERMAN)
      return answer.location ? operator.get(answer.location, GERMAN) : answer
    }

    for (const age of ['{age', '}', '<b>1</b>', `'{age}'`, '{count, plural, one {x}}']) {
      const query = new URLSearchParams({ all: '1', older_than: age })
      const { status, text: html } = await get(`/admin/guests/delete?${query}`)
      assert.equal(status, 200)
      assert.include(unescape(html), `„${age}“ ist kein Alter.`)
    }
    for (const path of [
      '',
      `/${id}`,
      `/delete?guests=${id}`,
      '?show=older&age={age',
      '?search={',
    ]) {
      const { status, text: html } = await get(`/admin/guests${path}`)
      assert.equal(status, 200)
      assert.notInclude(html, '<b>{')
    }
  })
})

function unescape(html: string) {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
}
