import { Session } from 'node:inspector/promises'

const inspector = new Session()

/**
 * Tells the benchmark what this process has used so far, and what it does meanwhile
 */
async function answer(question: unknown) {
  switch (question) {
    case 'meter':
      globalThis.gc?.()
      return { cpu: process.cpuUsage(), memory: process.memoryUsage() }
    case 'profile':
      inspector.connect()
      await inspector.post('Profiler.enable')
      await inspector.post('Profiler.start')
      return { isProfiled: true }
    case 'end of profile': {
      const { profile } = await inspector.post('Profiler.stop')
      inspector.disconnect()
      return { profile }
    }
    default:
      return undefined
  }
}

process.on('message', async (question) => {
  const told = await answer(question)
  if (told) {
    process.send!(told)
  }
})

// The process ends with the benchmark, however that ends
process.on('disconnect', () => process.exit())
