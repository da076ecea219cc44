/**
 * For `node --import`: writes the processor time of the process into the file
 * PROCESSOR_TIME when it ends. JavaScript, because removing types takes time as well
 */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  writeFileSync(process.env.PROCESSOR_TIME, JSON.stringify(process.cpuUsage()))
})
