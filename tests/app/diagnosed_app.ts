import { AceApp } from './ace_app.ts'
import { createExaminedApp } from './examined_app.ts'
import { createTestDatabase } from './test_database.ts'

/**
 * An application in files, with a migrated database
 */
export async function createDiagnosedApp(files?: Record<string, string>) {
  const database = await createTestDatabase()
  const migrated = await createExaminedApp({ database })
  await migrated.close()
  const app = await AceApp.create(database, files)

  return {
    /**
     * Runs a command in a separate process
     */
    ace: (...args: string[]) => app.ace(...args),

    /**
     * Runs `guest:doctor` in a separate process
     */
    async diagnose() {
      const { exitCode, stdout, stderr } = await app.ace('guest:doctor', '--json')
      const report = JSON.parse(stdout)
      return {
        exitCode,
        stderr,
        report,
        codes: report.findings.map((finding: any) => finding.code),
      }
    },
    async remove() {
      await app.remove()
      await database.drop()
    },
  }
}

export type DiagnosedApp = Awaited<ReturnType<typeof createDiagnosedApp>>
