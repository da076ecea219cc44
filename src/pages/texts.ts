import type { I18n } from '@adonisjs/i18n'
import type { HttpContext } from '@adonisjs/core/http'

import { formatCount } from '../count.ts'
import { ADMIN_COUNTS, ADMIN_TEXTS } from './texts/admin_texts.ts'
import { CONVERT_TEXTS } from './texts/convert_texts.ts'

/**
 * The texts of the pages in English. With `@adonisjs/i18n`, the translation of
 * `guest_user.<name>` takes precedence
 */
export const TEXTS = { ...CONVERT_TEXTS, ...ADMIN_TEXTS }

/**
 * Texts that depend on a number. Translations choose by `{count, plural, …}` and
 * show `{number}`
 */
export const COUNTS = ADMIN_COUNTS

export type TextName = keyof typeof TEXTS
export type CountTextName = keyof typeof COUNTS
export type TextData = Record<string, string | number>

export type Texts = (name: TextName, data?: TextData) => string
export type CountTexts = (name: CountTextName, count: number, data?: TextData) => string

export const englishTexts: Texts = (name, data = {}) => fill(TEXTS[name], data)

/**
 * The texts in the language of the visitor
 */
export function createTexts(ctx: HttpContext): Texts {
  return (name, data = {}) => translate(ctx, name, data, englishTexts(name, data))
}

/**
 * The same, for texts about a number of guests or rows
 */
export function createCountTexts(ctx: HttpContext): CountTexts {
  return (name, count, others = {}) => {
    const data = { count, number: formatCount(count, localeOf(ctx)), ...others }
    const text = COUNTS[name][count === 1 ? 'one' : 'other']
    return translate(ctx, name, data, fill(text, data))
  }
}

/**
 * The language of the visitor, for numbers and dates
 */
export function localeOf(ctx: HttpContext): string {
  return 'i18n' in ctx ? (ctx.i18n as I18n).locale : 'en'
}

function translate(ctx: HttpContext, name: string, data: TextData, fallback: string): string {
  return 'i18n' in ctx ? (ctx.i18n as I18n).t(`guest_user.${name}`, data, fallback) : fallback
}

function fill(text: string, data: TextData): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, key) => String(data[key]))
}
