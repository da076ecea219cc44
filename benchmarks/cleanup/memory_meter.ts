const INTERVAL = 10
const MEBIBYTE = 1024 * 1024

/**
 * In MiB
 */
export interface MemoryGrowth {
  /**
   * Peak growth of the whole process
   */
  peak: number

  /**
   * Growth of the heap at the end
   */
  kept: number
}

/**
 * Measures the memory growth of this process from now on. Needs --expose-gc
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
    this.#timer = setInterval(() => this.#sample(), INTERVAL)
  }

  stop(): MemoryGrowth {
    clearInterval(this.#timer)
    this.#sample()
    global.gc!()
    return {
      peak: (this.#peak - this.#rss) / MEBIBYTE,
      kept: (process.memoryUsage().heapUsed - this.#heap) / MEBIBYTE,
    }
  }

  #sample() {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss())
  }
}
