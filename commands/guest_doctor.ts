import { BaseCommand, flags } from '@adonisjs/core/ace'

import { examine } from '../src/doctor/doctor.ts'
import { hideQueries } from '../src/console/hide_queries.ts'
import { isMainCommand } from '../src/console/main_command.ts'
import { reserveStandardOutput } from '../src/console/standard_output.ts'
import type { Finding, Severity } from '../src/doctor/finding.ts'

const SEVERITIES: Severity[] = ['error', 'warning', 'info']

/**
 * Milliseconds that the application has to shut down. A database that does not
 * answer never lets go of its connection: there is nothing to wait for
 */
const EXIT_TIMEOUT = 5_000
const UNREACHABLE_TIMEOUT = 100

/**
 * Reports what is wrong with the guest users of an application. Starts the
 * application itself, because a failure to start is a finding, too
 */
export default class GuestDoctor extends BaseCommand {
  static commandName = 'guest:doctor'
  static description = 'Check the set-up of guest users, and report what is wrong and how to fix it'
  static help = [
    'Checks configuration, middleware, routes and database. Nothing is written.',
    'Each finding has a code, explained in docs/doctor.md.',
    'The exit status is 1 when there are errors, else 0.',
  ]

  @flags.boolean({ description: 'Print one JSON object' })
  declare json: boolean

  async run() {
    hideQueries(this)
    const work = () => examine(this.app)
    const report = (findings: Finding[]) => this.#report(findings)
    if (this.json) {
      await reserveStandardOutput(this, work, report)
    } else {
      report(await work())
    }
  }

  #report(findings: Finding[]) {
    if (findings.some(({ severity }) => severity === 'error')) {
      this.exitCode = 1
    }
    if (this.json) {
      this.logger.log(JSON.stringify(this.#summarize(findings), null, 2))
    } else {
      this.#print(findings)
    }

    if (isMainCommand(this)) {
      const isUnreachable = findings.some(({ code }) => code === 'database-unreachable')
      const timeout = isUnreachable ? UNREACHABLE_TIMEOUT : EXIT_TIMEOUT
      setTimeout(() => process.exit(this.exitCode), timeout).unref()
    }
  }

  #summarize(findings: Finding[]) {
    return {
      ok: this.exitCode !== 1,
      errors: count(findings, 'error'),
      warnings: count(findings, 'warning'),
      infos: count(findings, 'info'),
      findings,
    }
  }

  #print(findings: Finding[]) {
    for (const severity of SEVERITIES) {
      for (const finding of findings.filter((one) => one.severity === severity)) {
        this.#printFinding(finding)
      }
    }

    if (findings.length === 0) {
      this.logger.success('Nothing is wrong with the guests of this application')
      return
    }
    this.logger.log(SEVERITIES.map((severity) => this.#formatCount(findings, severity)).join(', '))
  }

  #formatCount(findings: Finding[], severity: Severity): string {
    const total = count(findings, severity)
    const noun = severity === 'info' ? 'hint' : severity
    const text = `${total} ${noun}${total === 1 ? '' : 's'}`
    return total === 0 ? this.colors.dim(text) : this.#colorize(severity, text)
  }

  #printFinding({ code, severity, message, fix }: Finding) {
    const [sentence, ...lines] = fix.split('\n')
    this.logger.log(`${this.#colorize(severity, severity)} ${this.colors.bold(code)}`)
    this.logger.log(`  ${message}`)
    this.logger.log(`  ${this.colors.dim('→')} ${sentence}`)
    for (const line of lines) {
      this.logger.log(`      ${this.colors.cyan(line)}`)
    }
    this.logger.log('')
  }

  #colorize(severity: Severity, text: string): string {
    switch (severity) {
      case 'error':
        return this.colors.red(text)
      case 'warning':
        return this.colors.yellow(text)
      case 'info':
        return this.colors.blue(text)
    }
  }
}

function count(findings: Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length
}
