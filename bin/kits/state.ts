import { extname, relative } from 'node:path'

import type { KitCopy } from './kit_copy.ts'

export interface Problem {
  file: string
  message: string
}

/**
 * What the scripts of a kit itself say about it
 */
export interface State {
  lint: Problem[]
  typecheck: Problem[]

  /**
   * Such as "1 passed"
   */
  tests: string
}

export async function readState(copy: KitCopy): Promise<State> {
  return { lint: await lint(copy), typecheck: await typecheck(copy), tests: await test(copy) }
}

/**
 * Problems that were not there before. Where the kit cannot parse files of a kind at
 * all, it cannot parse new ones either
 */
export function listNew(after: Problem[], before: Problem[]): Problem[] {
  const isSame = (one: Problem, other: Problem) =>
    one.message === other.message &&
    (one.file === other.file ||
      (one.message.startsWith('Parsing error') && extname(one.file) === extname(other.file)))
  return after.filter((problem) => !before.some((old) => isSame(problem, old)))
}

async function lint(copy: KitCopy): Promise<Problem[]> {
  const { output } = await copy.run('npm run --silent lint -- --format=json')
  const files = JSON.parse(output.slice(output.indexOf('[{'), output.lastIndexOf('}]') + 2)) as {
    filePath: string
    messages: { message: string }[]
  }[]
  return files.flatMap(({ filePath, messages }) => {
    const file = relative(copy.application, filePath)
    return messages.map(({ message }) => ({ file, message }))
  })
}

/**
 * @throws when it fails without an error that can be read
 */
async function typecheck(copy: KitCopy): Promise<Problem[]> {
  const { exitCode, output } = await copy.run('npm run --silent typecheck')
  const problems = [...output.matchAll(/^(\S+)\(\d+,\d+\): error (.*)$/gm)]
  if (exitCode !== 0 && problems.length === 0) {
    throw new Error(`npm run typecheck ended with ${exitCode}:\n${output}`)
  }
  return problems.map(([, file, message]) => ({ file, message }))
}

/**
 * @throws when a test fails, before the package comes or after
 */
async function test(copy: KitCopy): Promise<string> {
  const { output } = await copy.succeed('npm test')
  return output.match(/Tests\s+(.*?)\s*\(/)?.[1] ?? 'none'
}
