/**
 * The storeys of `src/`, from the ground up. An import goes down, or stays in
 * its folder. Rooms of one storey do not know each other
 */
const STOREYS = [
  [
    'types',
    'models',
    'inertia',
    'types.ts',
    'errors.ts',
    'age.ts',
    'count.ts',
    'debug.ts',
    'local_path.ts',
  ],
  ['database', 'config'],
  ['guests', 'usernames.ts'],
  ['merge', 'cleanup'],
  ['inventory'],
  ['guest_user_engine.ts', 'define_config.ts'],
  ['guest_user_manager.ts'],
  ['pages'],
  ['social', 'conversion', 'plugins'],
  ['http'],
  ['middleware', 'admin', 'api'],
  ['console', 'configure', 'doctor', 'eject'],
]

/**
 * They know each other: all that lies on the ground
 */
const GROUND = STOREYS[0]

/**
 * What stands loose in `src/` is what an application knows by name
 */
const LOOSE = STOREYS.flat().filter((room) => room.endsWith('.ts'))

const NO_FACTORIES = {
  regex: '/factories(/|$)',
  message: 'Factories are for tests',
}

/**
 * The rooms that a room may not import from
 */
function forbiddenRooms(room) {
  const storey = STOREYS.findIndex((rooms) => rooms.includes(room))
  const neighbours = GROUND.includes(room) ? [] : STOREYS[storey]
  return [...neighbours, ...STOREYS.slice(storey + 1).flat()].filter((other) => other !== room)
}

function describeRoom(room) {
  const isFile = room.endsWith('.ts')
  const pattern = forbiddenRooms(room)
    .map((other) => other.replace('.ts', '\\.ts$'))
    .join('|')
  const regex = `^(\\./|(\\.\\./)+(src/)?)(${pattern})(/|$)`
  const message = `An import goes down a storey or stays in its folder, never up (eslint.storeys.js). "${room}" is below`

  return {
    name: `The storey of ${room}`,
    files: [isFile ? `src/${room}` : `src/${room}/**`],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex, message }, NO_FACTORIES] }],
      'no-restricted-syntax': [
        'error',
        { selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`, message },
      ],
    },
  }
}

export const storeys = [
  ...STOREYS.flat().map(describeRoom),
  {
    name: 'No other file loose in src/',
    files: ['src/*'],
    ignores: LOOSE.map((file) => `src/${file}`),
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program', message: 'Put this file into the folder of its storey' },
      ],
    },
  },
]
