/**
 * Tells the benchmark what this process has used so far
 */
process.on('message', (question) => {
  if (question === 'meter') {
    globalThis.gc?.()
    process.send!({ cpu: process.cpuUsage(), memory: process.memoryUsage() })
  }
})

// The process ends with the benchmark, however that ends
process.on('disconnect', () => process.exit())
