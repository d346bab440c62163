/** The store cannot be reached or did not answer in time; the request may be retried later. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
}

/** A read that was not made, or not to its end; the message is for the caller. */
export class ReadRefusedError extends StoreUnavailableError {
  override readonly name = 'ReadRefusedError';
}

/** How long callers are asked to wait before they retry. */
export const storeRetryAfterSeconds = 5;

/**
 * Classes and codes of SQLSTATE that mean "not now": connections (08), resources (53), shutdown and start (57P), a
 * cancelled statement, lost races after every retry, and a read-only server (during a failover).
 */
const unavailableStates = /^(?:08...|53...|57P..|57014|40001|40P01|55P03|25006|58030)$/;

/** What SQLite says if a file is locked, full, unreadable or gone; each may have an extended part. */
const unavailableSqlite = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)(?:_|$)/;

/** Whether an error, or one of its causes, means that the store cannot answer now, rather than a bug. */
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

/** Whether PostgreSQL stopped a statement because it took too long. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '57014';
}

/** Whether a transaction failed only because of another one, so that a retry may succeed. */
export function isLostRace(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error) : undefined;
  return code === '40001' || code === '40P01';
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
