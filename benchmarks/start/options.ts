import { parseArgs } from 'node:util'

const HELP = `npm run benchmark -- start

  --rounds=15            processes of each kind; the median counts
  --files                lists the package's own files that are loaded
  --write                writes the table to docs/benchmarks.md`

export interface StartOptions {
  rounds: number
  files: boolean
  write: boolean
}

/**
 * @returns null when only the help was asked for
 * @throws when a flag is unknown or out of range
 */
export function readOptions(flags: string[]): StartOptions | null {
  const { values } = parseArgs({
    args: flags,
    options: {
      rounds: { type: 'string', default: '15' },
      files: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return null
  }
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds must be a whole number above 0, not ${values.rounds}`)
  }
  return { rounds, files: values.files, write: values.write }
}
