/**
 * Letters that may be wrong
 */
const MOST_EDITS = 2

/**
 * Finds the option that was probably meant: one with a similar name, or with the
 * same name in another place
 *
 * @param path such as `maxage`, or `redirects.logn`
 * @param options the paths of all options
 */
export function suggestOption(path: string, options: string[]): string | undefined {
  const distances = options
    .map((option) => ({ option, distance: distanceBetween(path, option) }))
    .sort((one, other) => one.distance - other.distance)
  return distances[0].distance <= MOST_EDITS ? distances[0].option : undefined
}

/**
 * The same option in another place is one edit away
 */
function distanceBetween(path: string, option: string): number {
  const [name, optionName] = [path, option].map((text) => text.toLowerCase().split('.').at(-1)!)
  const isElsewhere = groupOf(path) !== groupOf(option)
  if (isElsewhere) {
    return name === optionName ? 1 : Number.POSITIVE_INFINITY
  }
  const edits = countEdits(name, optionName)
  return edits < optionName.length / 2 ? edits : Number.POSITIVE_INFINITY
}

function groupOf(path: string): string {
  return path.split('.').slice(0, -1).join('.')
}

/**
 * Letters to insert, delete or replace (Levenshtein)
 */
function countEdits(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries()) {
      current.push(
        Math.min(
          previous[column + 1] + 1,
          current[column] + 1,
          previous[column] + (letter === other ? 0 : 1)
        )
      )
    }
    previous = current
  }
  return previous.at(-1)!
}
