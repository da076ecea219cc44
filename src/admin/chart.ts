import type { GuestsPerDay } from '../inventory/guest_history.ts'

/**
 * Units of the drawing, which is scaled to fit the page
 */
const WIDTH = 600
const HEIGHT = 120
const GAP = 4

/**
 * One guest beside thousands is still visible
 */
const LOWEST_BAR = 2

/**
 * A bar for each day, the oldest first
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
