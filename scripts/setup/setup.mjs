// Installs and builds what is missing, and nothing when nothing is.
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeBuild, missingBuilds } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { acquireLock } from './lock.mjs';
import { pinnedNode, ROOT, requireNode, runs } from './node.mjs';
import { say } from './step.mjs';

/** Takes a pinned Node that does not run here off the PATH of npm's scripts, so that a shell finds the next `node`. */
function removeBrokenShortcut() {
  const pinned = pinnedNode();
  if (!pinned || runs(pinned)) return;
  for (const name of ['node', 'node.cmd', 'node.ps1']) {
    const shortcut = join(ROOT, 'node_modules', '.bin', name);
    if (existsSync(shortcut)) unlinkSync(shortcut);
  }
}

/** Makes the clone ready to run; resolves at once when it is. Two at a time take turns. */
export async function setUp() {
  if (isInstalled(ROOT) && missingBuilds(ROOT).length === 0) return;
  const release = await acquireLock(join(ROOT, '.cache', 'setup.lock'), () => {
    say('another process is setting this folder up; waiting for it…');
  });
  if (!isInstalled(ROOT)) {
    await install(ROOT);
    removeBrokenShortcut();
  }
  for (const build of missingBuilds(ROOT)) await makeBuild(ROOT, requireNode(), build);
  release();
}
