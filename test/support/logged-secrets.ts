/** Every secret that the tests of this process created or sent; no server may ever log one. */
const secrets = new Set<string>();

/** Remembers secrets for `refuseSecretsIn`. */
export function rememberSecrets(...given: readonly (string | undefined)[]): void {
  for (const secret of given) {
    // Anything shorter may occur in a log by chance.
    if (secret !== undefined && secret.length >= 12) {
      secrets.add(secret);
    }
  }
}

/** Throws if a log contains a remembered secret. */
export function refuseSecretsIn(log: string): void {
  if ([...secrets].some((secret) => log.includes(secret))) {
    throw new Error('a server has logged a secret, a password or a token of a test');
  }
}
