export type { Attack, AttackOptions, Target, WriteRequest } from './attack.ts';
export { attacks } from './attacks.ts';
export { type AttackResult, type ConformOptions, type ConformResult, conform, cutOffAttack } from './conform.ts';
export { Forge, type ForgedClaims, type ForgeOptions } from './forge.ts';
export type { Signer, SigningAlgorithm } from './jws.ts';
export type { Attempt } from './send.ts';
