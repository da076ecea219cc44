import { DateTime } from 'luxon'
import { BaseCommand, flags } from '@adonisjs/core/ace'
import type { CommandOptions } from '@adonisjs/core/types/ace'

import { runPendingMigrations } from '../bin/migrations.ts'

const OPERATOR = { email: 'operator@example.com', password: 'margin-operator' }
const DAYS = 45
const ROWS_PER_STATEMENT = 100

/**
 * Fills an empty Margin, so that the admin pages have something to show
 */
export default class MarginFill extends BaseCommand {
  static commandName = 'margin:fill'
  static description = 'Make an operator, and guests with notes from the last 45 days'
  static options: CommandOptions = { startApp: true }

  @flags.number({ description: 'How many guests', default: 3000 })
  declare guests: number

  async run() {
    await runPendingMigrations(this.app)
    // The model needs an application that has booted; commands are imported before
    const { default: User } = await import('#models/user')
    await User.updateOrCreate(
      { email: OPERATOR.email },
      { fullName: 'Olive Operator', password: OPERATOR.password, isOperator: true }
    )

    const db = await this.app.container.make('lucid.db')
    const visits = Array.from({ length: this.guests }, (_, index) => visit(index, this.guests))
    const newest = await db.from('users').max('id as id').firstOrFail()

    for (let first = 0; first < visits.length; first += ROWS_PER_STATEMENT) {
      const rows = visits.slice(first, first + ROWS_PER_STATEMENT).map((row, index) => ({
        ...row,
        id: Number(newest.id) + 1 + first + index,
      }))
      await db.transaction(async (trx) => {
        await trx.table('users').multiInsert(
          rows.map(({ id, name, createdAt }) => ({
            id,
            full_name: name,
            email: `${name}-${id}@guest.invalid`,
            password: '-',
            created_at: createdAt,
          }))
        )
        await trx.table('guests').multiInsert(
          rows.map(({ id, createdAt, lastSeenAt }) => ({
            user_id: id,
            created_at: createdAt,
            last_seen_at: lastSeenAt,
          }))
        )
        await trx.table('notes').multiInsert(
          rows.flatMap(({ id, notes, createdAt }) =>
            Array.from({ length: notes }, (_, number) => ({
              user_id: id,
              body: `Note ${number + 1}`,
              created_at: createdAt,
            }))
          )
        )
      })
    }

    this.logger.success(`${this.guests} guests are there`)
    this.logger.info(`Log in as ${OPERATOR.email} with "${OPERATOR.password}", open /admin/guests`)
  }
}

/**
 * More guests on weekdays, and more of late; every third one came back. The
 * same each time, so that pictures of the pages can be compared
 */
function visit(index: number, total: number) {
  const share = (index + 0.5) / total
  const age = DAYS * (1 - Math.sqrt(share))
  const created = DateTime.now().minus({ days: age })
  const weekend = created.weekday > 5 ? created.minus({ days: 2 + (index % 4) }) : created
  const createdAt = index % 3 === 0 ? weekend : created
  const seen = index % 3 === 1 ? createdAt.plus({ days: (age * (index % 7)) / 7 }) : createdAt
  const format = 'yyyy-MM-dd HH:mm:ss'
  return {
    name: `${ADJECTIVES[index % ADJECTIVES.length]}-${ANIMALS[(index * 7) % ANIMALS.length]}`,
    notes: 1 + (index % 4),
    createdAt: createdAt.toFormat(format),
    lastSeenAt: seen.toFormat(format),
  }
}

const ADJECTIVES = ['quiet', 'brave', 'early', 'green', 'proud', 'swift', 'merry', 'plain', 'sunny']
const ANIMALS = [
  'otter',
  'heron',
  'lynx',
  'finch',
  'badger',
  'moth',
  'tapir',
  'wren',
  'ibex',
  'vole',
]
