import type { Walker } from './walker.ts'

/**
 * A change by hand, as the documentation has it
 */
export interface Edit {
  /**
   * What it does, for the page
   */
  title: string
  file: string

  /**
   * Text of the file and what takes its place
   */
  changes?: { from: string; to: string }[]

  /**
   * Of a file that is new
   */
  contents?: string
}

export type Journey = (walker: Walker) => Promise<void>

export interface Kit {
  /**
   * Its folder in the repository of the starter kits
   */
  name: string

  /**
   * Folder of the application in the kit
   */
  application: string

  /**
   * What is run after `node ace configure`
   */
  commands: string[]

  /**
   * What is left to do by hand then
   */
  edits: Edit[]

  /**
   * By what they are called in the output
   */
  journeys: Record<string, Journey>

  /**
   * Takes pictures into a folder
   */
  photograph?: (walker: Walker, folder: string) => Promise<void>
}
