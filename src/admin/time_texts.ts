import { DateTime } from 'luxon'

const UNITS = [
  { unit: 'year', seconds: 365 * 86_400 },
  { unit: 'month', seconds: 30 * 86_400 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const

/**
 * Formats moments for people, in the time zone of the server
 */
export class TimeTexts {
  #locale: string
  #relative: Intl.RelativeTimeFormat
  #now = DateTime.now()

  constructor(locale: string) {
    this.#locale = locale
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  }

  /**
   * @example times.absolute(moment) // 'Nov 23, 2026, 2:05 PM'
   */
  absolute(moment: DateTime): string {
    return moment.setLocale(this.#locale).toLocaleString(DateTime.DATETIME_MED)
  }

  /**
   * @example times.relative(moment) // '3 days ago', 'in 2 hours'
   */
  relative(moment: DateTime): string {
    const seconds = moment.diff(this.#now).as('seconds')
    const size = Math.abs(seconds)
    const { unit, seconds: unitSeconds } = UNITS.find((it) => size >= it.seconds) ?? UNITS.at(-1)!
    return this.#relative.format(Math.round(seconds / unitSeconds), unit)
  }

  /**
   * For the `datetime` attribute
   */
  machine(moment: DateTime): string {
    return moment.toUTC().toISO()!
  }

  day(moment: DateTime): string {
    return moment.setLocale(this.#locale).toLocaleString({ day: 'numeric', month: 'short' })
  }

  get zone(): string {
    return this.#now.zoneName
  }
}
