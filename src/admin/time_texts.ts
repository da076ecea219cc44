import { DateTime } from 'luxon'

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
   * @example times.relative(moment) // '3 days ago', 'in 2 hours', 'now'
   */
  relative(moment: DateTime): string {
    const isNow = Math.abs(moment.diff(this.#now).as('seconds')) < 1
    return isNow
      ? this.#relative.format(0, 'second')
      : moment.toRelative({ base: this.#now, locale: this.#locale })!
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
