import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Next to the package, so that both are replaced together
 */
const FOLDER = resolve(import.meta.dirname, '../../node_modules/.cache/chromium')

export interface UnpackedChromium {
  executablePath: string
  env: Record<string, string>
}

/**
 * The Chromium from npm, with the libraries and fonts that a minimal Debian
 * lacks. Unpacked only once
 */
export async function unpackChromium(): Promise<UnpackedChromium> {
  if (process.platform !== 'linux') {
    throw new Error('npm brings a Chromium for Linux only. Name yours in CHROMIUM_PATH')
  }
  if (!existsSync(FOLDER)) {
    await unpack()
  }

  const libraries = [join(FOLDER, 'al2023/lib'), process.env.LD_LIBRARY_PATH]
  return {
    executablePath: join(FOLDER, 'chromium'),
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: libraries.filter(Boolean).join(':'),
      FONTCONFIG_FILE: join(FOLDER, 'fonts.conf'),
    },
  }
}

/**
 * Unpacks into a temporary folder and renames it when complete, so that an
 * interrupted run leaves no partial browser
 */
async function unpack() {
  const { default: sparticuz, inflate } = await import('@sparticuz/chromium')
  const archives = fileURLToPath(import.meta.resolve('@sparticuz/chromium')) + '/../../bin'

  await mkdir(join(FOLDER, '..'), { recursive: true })
  const folder = await mkdtemp(`${FOLDER}-`)
  await inTemporaryFolder(folder, async () => {
    await sparticuz.executablePath()
    await inflate(resolve(archives, 'al2023.tar.br'))
  })

  await writeFile(join(folder, 'fonts.conf'), describeFonts())
  await rename(folder, FOLDER).catch(() => rm(folder, { recursive: true }))
}

/**
 * The package always unpacks to the temporary folder of the system
 */
async function inTemporaryFolder(folder: string, callback: () => Promise<void>) {
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  try {
    await callback()
  } finally {
    if (TMPDIR === undefined) {
      delete process.env.TMPDIR
    } else {
      process.env.TMPDIR = TMPDIR
    }
  }
}

/**
 * The fonts of the system, if any, and those of the package
 */
function describeFonts(): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${join(FOLDER, 'fonts')}</dir>
  <cachedir>${join(FOLDER, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
