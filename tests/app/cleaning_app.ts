/**
 * A process that cleans up on demand and reports the deleted guests. Tests may
 * kill it at any time. It loads only what a cleanup needs, to start fast
 */
import 'reflect-metadata'
import { once } from 'node:events'
import { Emitter } from '@adonisjs/core/events'
import { Logger } from '@adonisjs/core/logger'
import { AppFactory } from '@adonisjs/core/factories/app'
import { Database } from '@adonisjs/lucid/database'
import { Adapter, BaseModel, column } from '@adonisjs/lucid/orm'

import { Expiry } from '../../src/guests/expiry.ts'
import { Guest } from '../../src/models/guest.ts'
import { GuestCleaner } from '../../src/cleanup/guest_cleaner.ts'
import { KeptGuests } from '../../src/cleanup/kept_guests.ts'
import { GuestEvents } from '../../src/guests/guest_events.ts'
import { GuestDirectory } from '../../src/guests/guest_directory.ts'

const [connection, options] = process.argv.slice(2).map((argument) => JSON.parse(argument))
const emitter = new Emitter<any>(new AppFactory().create(new URL('./', import.meta.url)))
const logger = new Logger({ enabled: false })
const database = new Database(
  { connection: 'main', connections: { main: connection } },
  logger,
  emitter
)
BaseModel.$adapter = new Adapter(database)

class User extends BaseModel {
  static table = 'users'

  @column({ isPrimary: true })
  declare id: number
}
User.boot()
Guest.boot()

const expiry = new Expiry({ maxAge: 2 * 3600 * 1000, expireBy: 'lastSeenAt' })
const directory = new GuestDirectory(database, User, Guest)
const cleaner = new GuestCleaner(
  User,
  directory,
  expiry,
  new GuestEvents(emitter, logger),
  new KeptGuests(User, undefined)
)

const userIds: unknown[] = []
emitter.on('guest_user:deleted', (event) => void userIds.push(...event.userIds))
emitter.once('guest_user:deleted', () => void process.send!({ hasBegun: true }))

// Exits with a failed test
process.once('disconnect', () => process.exit())
const startMessage = once(process, 'message')
process.send!({ isReady: true })
await startMessage
const result = await cleaner.run(options)
await database.manager.closeAll()
process.send!({ result, userIds }, () => process.disconnect())
