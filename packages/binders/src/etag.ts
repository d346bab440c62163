/** The strong validator of a binder: its version, which changes with every change (RFC 9110 §8.8.3). */
export function createEtag(version: number): string {
  return `"${version}"`;
}

/** The versions that a change may start from: any, or the listed ones. */
export type Precondition = 'any' | readonly number[];

/**
 * Reads If-Match (RFC 9110 §13.1.1): absent and `*` allow any version. Comparison is strong, so weak tags match nothing,
 * and neither do tags that this API did not make.
 */
export function parseIfMatch(header: string | undefined): Precondition {
  if (header === undefined || header.trim() === '*') return 'any';
  const versions: number[] = [];
  for (const tag of header.split(',')) {
    const digits = /^"([1-9]\d{0,14})"$/.exec(tag.trim())?.[1];
    if (digits !== undefined) versions.push(Number(digits));
  }
  return versions;
}

/** Whether If-None-Match (RFC 9110 §13.1.2) names this version; the comparison is weak. */
export function isNoneMatchHit(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === createEtag(version));
}
