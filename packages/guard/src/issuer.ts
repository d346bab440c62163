// For whoever issues tokens: the rules of the list of cut-offs, and what a guard in the issuer's process reads.
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
  cutoffsType,
} from './cutoff-wire.ts';
export type { GuardKey, KeySource } from './keys.ts';
