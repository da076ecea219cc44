import { test } from '@japa/runner'
import { Emitter } from '@adonisjs/core/events'
import { AppFactory } from '@adonisjs/core/factories/app'
import type { ApplicationService } from '@adonisjs/core/types'
import { formatters, I18nManager } from '@adonisjs/i18n'

import { listMessages } from '../../src/eject/messages.ts'
import {
  COUNTS,
  createCountTexts,
  createTexts,
  TEXTS,
  type CountTextName,
  type TextName,
} from '../../src/pages/texts.ts'

const DATA = Object.fromEntries(
  Object.values({ ...TEXTS, ...COUNTS })
    .flatMap((text) => JSON.stringify(text).match(/(?<=\{)\w+(?=\})/g) ?? [])
    .map((name) => [name, `«${name}»`])
)

test.group('The texts for translators', () => {
  test('are those of the pages', async ({ assert }) => {
    const app = new AppFactory().create(new URL('./', import.meta.url)) as ApplicationService
    const manager = new I18nManager(new Emitter(app), {
      defaultLocale: 'en',
      formatter: await formatters.icu().resolver(app),
      loaders: [
        () => ({
          load: async () => ({
            en: Object.fromEntries(
              Object.entries(listMessages()).map(([name, text]) => [`guest_user.${name}`, text])
            ),
          }),
        }),
      ],
    })
    await manager.loadTranslations()
    const i18n = manager.locale('en')
    // What is missing would be found in English anyway
    const t = (name: string, data: object) => i18n.t(name, data, 'missing')
    const translated = { i18n: { locale: 'en', t } } as never
    const plain = {} as never

    for (const name of Object.keys(TEXTS) as TextName[]) {
      assert.equal(createTexts(translated)(name, DATA), createTexts(plain)(name, DATA), name)
    }
    for (const name of Object.keys(COUNTS) as CountTextName[]) {
      for (const count of [1, 2, 1234]) {
        assert.equal(
          createCountTexts(translated)(name, count, DATA),
          createCountTexts(plain)(name, count, DATA),
          name
        )
      }
    }
  })
})
