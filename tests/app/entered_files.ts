import { Session } from 'node:inspector/promises'

const SOURCES = new URL('../../src/', import.meta.url).href

/**
 * The files of `src/` of which a function runs during the work, by the coverage
 * of V8
 */
export async function enteredFiles(work: () => Promise<unknown>): Promise<string[]> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await session.post('Profiler.takePreciseCoverage')
    await work()
    const { result } = await session.post('Profiler.takePreciseCoverage')

    return result
      .filter(({ url }) => url.startsWith(SOURCES))
      .filter(({ functions }) => functions.some(wasCalled))
      .map(({ url }) => url.slice(SOURCES.length).replace(/\?.*/, ''))
      .sort()
  } finally {
    session.disconnect()
  }
}

/**
 * The function at the start of the file is the module itself
 */
function wasCalled({ ranges }: { ranges: { startOffset: number; count: number }[] }) {
  return ranges[0].startOffset > 0 && ranges[0].count > 0
}
