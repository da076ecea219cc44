import type { GuestsPerDay } from '../inventory/guest_history.ts'

/**
 * Units of the drawing, which is scaled to its place
 */
const WIDTH = 600
const HEIGHT = 120
const GAP = 4

/**
 * A bar that stands for one guest among thousands is still seen
 */
const LOWEST_BAR = 2

/**
 * The bars of a day each, from the oldest on
 */
export function drawChart({ days, countedAt }: GuestsPerDay) {
  const most = Math.max(...days.map(({ total }) => total))
  const step = WIDTH / days.length

  return {
    width: WIDTH,
    height: HEIGHT,
    countedAt,
    total: days.reduce((sum, { total }) => sum + total, 0),
    busiest: days.find(({ total }) => total === most)!,
    bars: days.map(({ day, total }, index) => {
      const height = total === 0 ? 0 : Math.max(LOWEST_BAR, (total / most) * HEIGHT)
      return {
        day,
        total,
        x: round(index * step + GAP / 2),
        y: round(HEIGHT - height),
        width: round(step - GAP),
        height: round(height),
      }
    }),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
