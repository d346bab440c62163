// Which Node runs the project's programs: the one the project pins if it runs here, else this one if it is new enough.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import finder from '../../packages/server/bin/find-node.cjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
const EXIT_CONFIGURATION = 78;

function same(left, right) {
  try {
    return realpathSync(left) === realpathSync(right);
  } catch {
    return false;
  }
}

/** The path of the pinned Node, whether it runs here or not; undefined where it is not installed. */
export function pinnedNode() {
  return finder.pinnedNode(ROOT);
}

/** Says whether a binary starts on this machine and is new enough. */
export function runs(binary) {
  return finder.runs(binary);
}

/** The path of a Node that can run Bindery; without one this ends the process with a sentence and exit code 78. */
export function requireNode() {
  const pinned = pinnedNode();
  if (pinned && (same(pinned, process.execPath) || runs(pinned))) return pinned;
  if (finder.isGood(process.versions.node)) return process.execPath;
  process.stderr.write(`${finder.refusal(ROOT)}\n`);
  return process.exit(EXIT_CONFIGURATION);
}

/** Runs a program of the project in the foreground, in the project's folder, in place of this process. */
export function runProgram(args) {
  return finder.runInstead(requireNode(), args, { cwd: ROOT });
}
