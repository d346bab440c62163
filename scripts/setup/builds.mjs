/**
 * What is built after an install. Paths are from the project's folder, and a folder stands for everything in it;
 * `command` holds the arguments that Node gets. A build is made again when an input, the command or the lockfile differs
 * from the last time.
 *
 * @type {readonly { name: string, inputs: readonly string[], output: string, command: readonly string[] }[]}
 */
export const builds = [
  {
    name: 'console',
    inputs: [
      'packages/console/index.html',
      'packages/console/package.json',
      'packages/console/public',
      'packages/console/scripts',
      'packages/console/src',
      'examples/list-binders',
      'tsconfig.json',
    ],
    output: 'packages/console/dist/index.html',
    command: ['packages/console/scripts/build.ts'],
  },
  {
    name: 'portal',
    inputs: [
      'docs/integrators',
      'docs/api-developers/start.md',
      'packages/server/src/web/portal',
      'packages/server/src/openapi',
      'packages/server/src/admin/contract',
      'examples',
    ],
    output: 'packages/server/dist/highlighted.json',
    command: ['packages/server/src/web/portal/build.ts'],
  },
];
