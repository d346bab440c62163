/** The store cannot be reached, or gave no answer in time: the request may be sent again later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** So long a caller is asked to wait before the next try, in seconds. */
export const storeRetryAfterSeconds = 5;

/**
 * Classes and codes of SQLSTATE that say "not now": connections (08), resources (53), shutdown and start (57P), a
 * cancelled statement, lost races that outlived every retry, and a server that only reads (a failover under way).
 */
const unavailableStates = /^(?:08...|53...|57P..|57014|40001|40P01|55P03|25006|58030)$/;

/** What SQLite says when a file is locked, full, broken off or gone; each may carry an extended part. */
const unavailableSqlite = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)(?:_|$)/;

/** Whether an error, or one of its causes, means that the store cannot answer now, and not that we made a mistake. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = codeOf(error);
  return (
    error instanceof StoreUnavailableError ||
    (code !== undefined && (unavailableStates.test(code) || unavailableSqlite.test(code))) ||
    isStoreUnavailable(error.cause)
  );
}

/** Whether a transaction failed only because of another one, so that running it again may succeed. */
export function isLostRace(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error) : undefined;
  return code === '40001' || code === '40P01';
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
