import pg from 'pg';

const bigintType = 20;
const numericType = 1700;

/**
 * The one place that parses numbers from PostgreSQL: bigint (times, counts) and numeric (sums) arrive as text. All of
 * them are whole numbers far below 2^53. For one pool, not for every user of `pg` in the process.
 */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === bigintType || id === numericType
      ? Number
      : // Its declaration knows only its own list of ids.
        pg.types.getTypeParser(id, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** A value that PostgreSQL can store. */
export function toPostgresValue(value: unknown): unknown {
  return typeof value === 'string' ? toPostgresText(value) : value;
}

/**
 * A text that PostgreSQL can store: U+0000 and lone surrogates become U+FFFD. Names with either are refused before they
 * get here; what is left are look-ups of ids that strangers made up, which must find nothing instead of failing.
 */
export function toPostgresText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
