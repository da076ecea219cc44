import { existsSync } from 'node:fs'

/**
 * One line of the report: a command in a process of its own, so that what
 * breaks in one part cannot take the others down
 */
export interface Part {
  name: string
  command: string[]
  environment?: Record<string, string>

  /**
   * Japa says how many tests ran. Other commands count as one test
   */
  isSuite: boolean

  /**
   * Servers that must be there
   */
  needs?: ('postgres' | 'mariadb')[]

  /**
   * Parts whose results it uses, if those run as well
   */
  after?: string[]
}

function check(name: string, ...command: string[]): Part {
  return { name, command: ['npm', 'run', '--silent', ...command], isSuite: false }
}

function suite(name: string, part: Partial<Part> = {}): Part {
  const [suiteName] = name.split(' ')
  const command = [process.execPath, '--import=@poppinss/ts-exec', 'bin/japa.ts', suiteName]
  return { name, command, isSuite: true, ...part }
}

/**
 * In the order they start: what others wait for, what ends soon, and the longest
 * of the rest first, so that no worker is left with a long one at the end
 */
export function listParts(): Part[] {
  return [
    check('build', 'build'),
    check('lint', 'lint'),
    check('typecheck', 'typecheck'),
    ...(existsSync('playground/tsconfig.json')
      ? [
          {
            ...check('playground typecheck', 'typecheck', '--workspace', 'playground'),
            after: ['build'],
          },
        ]
      : []),
    suite('unit'),
    suite('functional (postgres)', { environment: { DB: 'postgres' }, needs: ['postgres'] }),
    suite('functional (mariadb)', { environment: { DB: 'mariadb' }, needs: ['mariadb'] }),
    suite('install', { after: ['build'] }),
    suite('functional (sqlite)', { environment: { DB: 'sqlite' } }),
    suite('browser', { after: ['build'] }),
  ]
}

/**
 * The parts whose names contain one of the words; all of them without a word
 */
export function selectParts(parts: Part[], words?: string[]): Part[] {
  if (!words) {
    return parts
  }

  const isNamed = (part: Part, word: string) => part.name.split(/[ ()]+/).includes(word)
  const unknown = words.filter((word) => !parts.some((part) => isNamed(part, word)))
  if (unknown.length) {
    const names = parts.map((part) => part.name).join(', ')
    throw new Error(`No part is called "${unknown.join('", "')}". There are: ${names}`)
  }
  return parts.filter((part) => words.some((word) => isNamed(part, word)))
}
