/**
 * The lint rules, and the arrow table of the rooms: which room may import which.
 * What is not listed is forbidden. `tools/gates.test.ts` plants a violation of each row and sees it refused.
 */
import { defineConfig } from 'oxlint'

/** One row of the arrow table. */
interface Arrow {
  room: string
  files: string[]
  except?: string[]
  /** Rooms that it may import, as `#room/…`. */
  rooms: string[]
  /** Whether npm packages and Node's own modules are welcome. */
  packages: boolean
  why: string
}

const ROOMS = ['core', 'ports', 'app', 'adapters', 'api', 'worker', 'main', 'test']

/** The arrow table. */
const ARROWS: Arrow[] = [
  {
    room: 'core',
    files: ['server/src/core/**'],
    rooms: ['core'],
    packages: false,
    why: 'core is pure: state and clock are handed in, so that rules can be tested, simulated and read',
  },
  {
    room: 'ports',
    files: ['server/src/ports/**'],
    rooms: ['core'],
    packages: false,
    why: 'a port speaks the domain, and knows no technology',
  },
  {
    room: 'app',
    files: ['server/src/app/**'],
    rooms: ['core', 'ports'],
    packages: false,
    why: 'a use case sequences ports around decisions, whatever stands behind the ports',
  },
  {
    room: 'adapters',
    files: ['server/src/adapters/**'],
    except: ['server/src/adapters/store-embedded/**'],
    rooms: ['core', 'ports'],
    packages: true,
    why: 'an adapter can be taken out alone, so it never leans on another one',
  },
  {
    room: 'adapters/store-embedded',
    files: ['server/src/adapters/store-embedded/**'],
    rooms: ['core', 'ports', 'adapters/store-postgres'],
    packages: true,
    why: 'the embedded store is the PostgreSQL store with a server of its own: the one stated exception',
  },
  {
    room: 'api',
    files: ['server/src/api/**'],
    rooms: ['core', 'app'],
    packages: true,
    why: 'an edge parses, calls app and renders',
  },
  {
    room: 'worker',
    files: ['server/src/worker/**'],
    rooms: ['core', 'app'],
    packages: true,
    why: 'a loop calls app, as an edge does',
  },
  {
    room: 'main and cli',
    files: ['server/src/main/**', 'server/src/cli/**'],
    rooms: ROOMS.filter((room) => room !== 'test'),
    packages: true,
    why: 'wiring sees everything but tests',
  },
  {
    room: 'client',
    files: ['client/**'],
    rooms: [],
    packages: true,
    why: 'the client is published alone, so it imports nothing from the server',
  },
]

/** A relative path that climbs and then names a room leaves its room. `tidy` resolves paths for the rest. */
const CLIMBING = {
  regex: `^(\\.\\./)+((.*/)?(server|src|test)/|(${[...ROOMS, 'cli'].join('|')})/)`,
  message: 'Relative paths stay inside a room: across rooms import #core/money.ts.',
}

function toPatterns(arrow: Arrow) {
  const rooms = arrow.rooms.map((room) => `!#${room}/**`)
  const patterns: { group?: string[]; regex?: string; message: string }[] = [
    CLIMBING,
    {
      group: ['#*/**', '@florin/server', '@florin/server/**', ...rooms],
      message: `${arrow.room}: ${arrow.why}.`,
    },
  ]
  // A specifier that starts with neither `.` nor `#` is a package or one of Node's modules.
  if (!arrow.packages) patterns.push({ regex: '^[^.#]', message: `${arrow.room}: ${arrow.why}.` })
  return patterns
}

/** What would make a decision depend on when, where or how often it is taken. */
const IMPURE =
  'Date process console fetch crypto performance globalThis Buffer WebSocket require setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask'

/** node:test returns promises that the runner itself awaits. */
const NODE_TEST = {
  from: 'package',
  name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
  package: 'node:test',
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/node_modules/**', '.florin/**', '**/dist/**', '**/gen/**'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    // try { return promise } finally {} closes before the promise settles: always await inside try.
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-explicit-any': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    // `== null` asks for null and undefined at once.
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'no-eval': 'error',
    // `tsc` (noImplicitReturns) knows an exhaustive switch; this rule does not.
    'typescript/consistent-return': 'off',
    // The enums are those of packages (we have none: Node cannot erase them), which hand out plain numbers.
    'typescript/no-unsafe-enum-comparison': 'off',
    // Sorting a copy just made is plain, and toSorted() would copy it again.
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'no-console': 'off',
    // One at a time is often the point: pages, retries, migrations.
    'no-await-in-loop': 'off',
    // A promise made from an event emitter or a callback is what `new Promise` is for.
    'promise/avoid-new': 'off',
    // Small closures beside their use read better than hoisted ones.
    'unicorn/consistent-function-scoping': 'off',
    // Parsers narrow by assertion after they have checked; `tsc` sees the rest.
    'typescript/no-unsafe-type-assertion': 'off',
    // A loop may wait for what a callback changes.
    'no-unmodified-loop-condition': 'off',
    // A worker thread's port has no origin; nothing of Florin runs in a browser window.
    'unicorn/require-post-message-target-origin': 'off',
    // It means Express, which does not wait for handlers; Fastify does.
    'oxc/no-async-endpoint-handlers': 'off',
    'no-underscore-dangle': 'off',
    'no-shadow': 'off',
    // `fc.integer()`, `pg.Pool`: the way these packages are read everywhere.
    'import/no-named-as-default-member': 'off',
  },
  overrides: [
    { files: ['server/**'], rules: { 'no-restricted-imports': ['error', { patterns: [CLIMBING] }] } },
    ...ARROWS.map((arrow) => ({
      files: arrow.files,
      excludeFiles: [...(arrow.except ?? []), '**/*.test.ts'],
      rules: { 'no-restricted-imports': ['error', { patterns: toPatterns(arrow) }] as never },
    })),
    {
      files: ['server/src/core/**'],
      excludeFiles: ['**/*.test.ts'],
      rules: {
        'no-restricted-globals': ['error', ...IMPURE.split(' ')],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'core is pure: randomness is handed in.' },
        ],
        'no-console': 'error',
      },
    },
    {
      files: ['**/*.test.ts', 'server/test/**'],
      rules: {
        'typescript/no-floating-promises': ['error', { allowForKnownSafeCalls: [NODE_TEST] }] as never,
      },
    },
  ],
})
