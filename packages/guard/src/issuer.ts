// For whoever issues tokens: the paths and the revocation list that guards expect, and the sources for a guard in the
// issuer's process.
export { type CutoffList, type CutoffSource, createCutoffList, hashCutoff } from './cutoff-list.ts';
export {
  type CutoffKind,
  clockToleranceSecondsMax,
  cutoffKinds,
  cutoffMemberId,
  cutoffsBytesMax,
  cutoffsMaxStaleSeconds,
  cutoffsMediaType,
  cutoffsPath,
  cutoffsSignedEverySeconds,
  cutoffsSinceParameter,
  cutoffsType,
} from './cutoff-wire.ts';
export { errorsPath, jwksPath } from './issuer-paths.ts';
export type { GuardKey, KeySource } from './keys.ts';
