import { execFileSync, spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { npmCommand } from '../setup/install.mjs';
import { ROOT } from '../setup/node.mjs';

/** Ends the process unless this is the release workflow at the tag of the version. */
export function requirePublishable(version: string): void {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: idTokenUrl, GITHUB_REF: ref } = process.env;
  if (idTokenUrl !== undefined && ref === `refs/tags/v${version}`) return;
  process.stderr.write(
    `the release workflow publishes ${version} when the tag v${version} is pushed; add --dry-run to make its artifacts here\n`,
  );
  process.exit(1);
}

/** Publishes archives with their provenance; npm identifies the workflow by its OpenID token. */
export function publish(archives: readonly string[]): void {
  for (const archive of archives) {
    if (isPublished(archive)) continue;
    const { file, args, shell } = npmCommand([
      'publish',
      archive,
      '--provenance',
      '--access=public',
      '--ignore-scripts',
    ]);
    execFileSync(file, args, { cwd: ROOT, shell, stdio: 'inherit' });
  }
}

/** Says whether the registry has the version already, as after a run that broke off half-way. */
function isPublished(archive: string): boolean {
  const [, name, version] = /^bindery-([a-z]+)-(.+)\.tgz$/.exec(basename(archive)) ?? [];
  const { file, args, shell } = npmCommand(['view', `@bindery/${name}@${version}`, 'version']);
  const { status, stdout } = spawnSync(file, args, { cwd: ROOT, shell, encoding: 'utf8' });
  return status === 0 && stdout.trim() === version;
}
