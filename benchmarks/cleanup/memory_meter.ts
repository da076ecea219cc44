const INTERVAL = 10
const MEBIBYTE = 1024 * 1024

/**
 * All in MiB
 */
export interface MemoryGrowth {
  /**
   * Of the whole process, at its peak
   */
  peak: number

  /**
   * Of the objects that are still there at the end
   */
  kept: number
}

/**
 * Watches how much memory this process takes from now on. Needs --expose-gc
 */
export class MemoryMeter {
  #timer: NodeJS.Timeout
  #rss: number
  #heap: number
  #peak: number

  constructor() {
    global.gc!()
    const { rss, heapUsed } = process.memoryUsage()
    this.#rss = rss
    this.#peak = rss
    this.#heap = heapUsed
    this.#timer = setInterval(() => this.#look(), INTERVAL)
  }

  stop(): MemoryGrowth {
    clearInterval(this.#timer)
    this.#look()
    global.gc!()
    return {
      peak: (this.#peak - this.#rss) / MEBIBYTE,
      kept: (process.memoryUsage().heapUsed - this.#heap) / MEBIBYTE,
    }
  }

  #look() {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss())
  }
}
