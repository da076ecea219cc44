/**
 * A process that creates guests, many at once, and reports each when it knows of it.
 * Tests may kill it at any time. It loads only what that needs, to start fast
 */
import 'reflect-metadata'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Emitter } from '@adonisjs/core/events'
import { Logger } from '@adonisjs/core/logger'
import { AppFactory } from '@adonisjs/core/factories/app'
import { Database } from '@adonisjs/lucid/database'
import { Adapter, BaseModel, column } from '@adonisjs/lucid/orm'

import { Guest } from '../../src/models/guest.ts'
import { GuestCreator } from '../../src/guests/guest_creator.ts'
import { GuestDirectory } from '../../src/guests/guest_directory.ts'
import { WriteLog } from './write_log.ts'

const AT_ONCE = 30

const connection = JSON.parse(process.argv[2])
const emitter = new Emitter<any>(new AppFactory().create(new URL('./', import.meta.url)))
const database = new Database(
  { connection: 'main', connections: { main: connection } },
  new Logger({ enabled: false }),
  emitter
)
BaseModel.$adapter = new Adapter(database)

class User extends BaseModel {
  static table = 'users'

  @column({ isPrimary: true })
  declare id: number

  @column()
  declare email: string

  @column()
  declare password: string
}
User.boot()
Guest.boot()

const creator = new GuestCreator(
  {
    username: () => randomUUID(),
    attributes: ({ username }: { username: string }) => ({ email: username, password: '-' }),
  } as any,
  User,
  new GuestDirectory(database, User, Guest),
  null
)

const log = new WriteLog(database)

// Exits with a failed test
process.once('disconnect', () => process.exit())
const startMessage = once(process, 'message')
process.send!({ isReady: true })
await startMessage
for (let index = 0; index < AT_ONCE; index++) {
  void createForever()
}

async function createForever() {
  for (;;) {
    const { user } = await creator.create({})
    const sharedWrites = log.sizes.filter((guests) => guests > 1).length
    process.send!({ userId: user.$primaryKeyValue, sharedWrites })
  }
}
