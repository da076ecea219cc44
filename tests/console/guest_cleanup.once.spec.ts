import { test } from '@japa/runner'

import { createCleanupApp, pretendTerminal, runCommand } from '../app/cleanup_command.ts'

test.group('guest:cleanup', () => {
  test('says so when there is nothing to do', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(0)
    cleanup(() => app.close())
    await app.guestUsers.create()

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.at(-1)!, /No guest has expired/)
  })

  test('says whom it left, and that is no failure', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(1)
    cleanup(() => app.close())
    app.User.prototype.delete = async () => {}

    const { exitCode, output } = await runCommand(app)
    assert.equal(exitCode, 0)
    assert.match(output.join('\n'), /1 guest left, because "delete\(\)" of the user model/)
    assert.match(output.at(-1)!, /Deleted 0 of 1 expired guest; 0 blocked/)
  })

  test('takes ages, batch sizes and limits', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(5)
    cleanup(() => app.close())

    await runCommand(app, ['--older-than=20y'])
    assert.equal(await app.count('guests'), 5)
    const { output } = await runCommand(app, ['--older-than=30d', '--limit=3', '--batch-size=2'])
    assert.match(output.at(-1)!, /Deleted 3 of 5 expired guests; 0 blocked/)
    assert.equal(await app.count('guests'), 2)
    await runCommand(app, ['--older-than', '2 hours'])
    assert.equal(await app.count('guests'), 0)
  })

  test('a dry run tells how many would go', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(5)
    cleanup(() => app.close())

    assert.match(
      (await runCommand(app, ['--dry-run'])).output.at(-1)!,
      /5 guests have expired, 5 would be deleted/
    )
    assert.match(
      (await runCommand(app, ['--dry-run', '--limit=2'])).output.at(-1)!,
      /5 guests have expired, 2 would be deleted/
    )
    assert.equal(await app.count('users'), 5)
  })

  test('refuses {$self}')
    .with([
      '--older-than=30',
      '--older-than=soon',
      '--older-than=-2d',
      '--older-than=0d',
      '--older-than=3000y',
      '--batch-size=0',
      '--batch-size=20000',
      '--limit=0',
      '--limit=1.5',
    ])
    .run(async ({ assert, cleanup }, flag) => {
      const app = await createCleanupApp(1)
      cleanup(() => app.close())

      const { exitCode, logs } = await runCommand(app, [flag])
      assert.equal(exitCode, 1)
      assert.equal(logs.at(-1)!.stream, 'stderr')
      assert.match(logs.at(-1)!.message, /must be/)
      assert.equal(await app.count('users'), 1)
    })

  test('says what an age may be: {flag}')
    .with([
      { flag: '--older-than=0s', message: /from '1 second' to the time since 1970, not '0s'$/ },
      { flag: '--older-than=30', message: /a duration with a unit, such as '30 days'.* not '30'$/ },
    ])
    .run(async ({ assert, cleanup }, { flag, message }) => {
      const app = await createCleanupApp(1)
      cleanup(() => app.close())
      assert.match((await runCommand(app, [flag])).logs.at(-1)!.message, message)
    })

  test('shows how far it is on a terminal', async ({ assert, cleanup }) => {
    const app = await createCleanupApp(3)
    cleanup(() => app.close())
    cleanup(pretendTerminal())

    const { output } = await runCommand(app, ['--batch-size=1'])
    assert.match(output[0], /^1 of 3 guests, \d+ a second, about \d+ .*left$/)
    assert.match(output[2], /^3 of 3 guests/)
    assert.lengthOf(output, 4)
  })
})
