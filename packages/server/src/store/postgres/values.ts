import pg from 'pg';

const bigintType = 20;
const numericType = 1700;

/**
 * The one place where numbers of PostgreSQL become ours: a bigint (times, counts) and a numeric (sums) come as text.
 * All of them are whole numbers far below 2^53. For one pool, not for every user of `pg` in the process.
 */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === bigintType || id === numericType
      ? Number
      : // Its declaration knows only its own list of ids.
        pg.types.getTypeParser(id, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** A value as PostgreSQL can hold it. */
export function toPostgresValue(value: unknown): unknown {
  return typeof value === 'string' ? toPostgresText(value) : value;
}

/**
 * A text as PostgreSQL can hold it: U+0000 and lone surrogates become U+FFFD. Names refuse both before they come here;
 * what is left is a look-up with an id that some stranger made up, and that must find nothing instead of failing.
 */
export function toPostgresText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
