import type { KitCopy } from './kit_copy.ts'
import type { Edit } from './kit.ts'
import { readState, type State } from './state.ts'
import { addOwnFiles } from './own_files.ts'
import { BUILD } from './running_kit.ts'

const NPM_FLAGS = '--prefer-offline --no-audit --no-fund'
const PACKAGE = 'adonisjs-guest-user'

export interface DoneEdit extends Edit {
  diff: string
  added: number
  removed: number
}

/**
 * What it took to add the package
 */
export interface SetUp {
  before: State
  after: State

  /**
   * Seconds of each command, in their order
   */
  seconds: Record<string, number>

  /**
   * Files that `configure` has changed, as git counts them
   */
  configured: string
  edits: DoneEdit[]

  /**
   * What `guest:doctor` finds, as it says it
   */
  findings: string[]
}

/**
 * The kit before the package, as its own README has it. better-sqlite3 13 brings its
 * binary along, so that nothing has to be downloaded or compiled
 */
async function prepare(copy: KitCopy) {
  await copy.succeed(`npm install ${NPM_FLAGS} better-sqlite3@13`)
  await copy.write('.env', await copy.read('.env.example'))
  await addOwnFiles(copy)
  await copy.succeed('node ace generate:key')
  await copy.succeed('mkdir -p tmp && node ace migration:run')
  await copy.succeed(`${BUILD} && rm -r build`)
}

/**
 * @param tarball the packed package
 */
export async function setUp(copy: KitCopy, tarball: string): Promise<SetUp> {
  await prepare(copy)
  await copy.commit('The kit, set up')
  const before = await readState(copy)
  await copy.commit('What its scripts have written')

  const seconds: Record<string, number> = {}
  const measure = async (name: string, command: string) => {
    const ran = await copy.succeed(command)
    seconds[name] = ran.seconds
    console.log(`  ${name}: ${ran.seconds.toFixed(1)} seconds`)
  }

  await measure(`npm i ${PACKAGE}`, `npm install ${NPM_FLAGS} "${tarball}"`)
  await copy.commit('npm install')
  await measure(`node ace configure ${PACKAGE} --yes`, `node ace configure ${PACKAGE} --yes`)
  await copy.commit('configure')
  const configured = await copy.diffOfLastCommit('--stat=100')
  for (const command of copy.kit.commands) {
    await measure(command, command)
    await copy.commit(command)
  }

  const edits: DoneEdit[] = []
  for (const edit of copy.kit.edits) {
    edits.push(await doEdit(copy, edit))
  }

  await copy.succeed(`${BUILD} && rm -r build`)
  const after = await readState(copy)
  const { output } = await copy.run('node ace guest:doctor')
  const findings = output.match(/^(error|warning) .*$/gm) ?? []
  return { before, after, seconds, configured, edits, findings }
}

async function doEdit(copy: KitCopy, edit: Edit): Promise<DoneEdit> {
  if (edit.contents) {
    await copy.write(edit.file, edit.contents)
  }
  for (const { from, to } of edit.changes ?? []) {
    await copy.replace(edit.file, from, to)
  }
  await copy.commit(edit.title)
  const diff = await copy.diffOfLastCommit('--unified=0')
  const counts = await copy.diffOfLastCommit('--numstat')
  const [added, removed] = counts.split('\t').map(Number)
  return { ...edit, diff, added, removed }
}
