export type { Attack, Lab, Target } from './attack.ts';
export { attacks } from './attacks.ts';
export { type AttackResult, type ConformResult, conform, cutOffAttack } from './conform.ts';
export { Forge, type ForgedClaims, type ForgeOptions } from './forge.ts';
export type { Signer, SigningAlgorithm } from './jws.ts';
