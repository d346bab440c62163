import {
  ColumnDefinitionNode,
  type DataTypeNode,
  type Dialect,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type pg from 'pg';
import { PostgresDriver } from './driver.ts';

/** Kysely on a pool of connections. */
export class PooledPostgresDialect implements Dialect {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  createDriver(): PostgresDriver {
    return new PostgresDriver(this.#pool);
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new BytewiseQueryCompiler();
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(db: Kysely<unknown>): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}

/** The one place that decides how text sorts: by its bytes, as in SQLite, not by the locale of the server. */
class BytewiseQueryCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const { parentNode } = this;
    // Only for a column: a cast may not have a collation there.
    if (node.dataType === 'text' && parentNode !== undefined && ColumnDefinitionNode.is(parentNode)) {
      this.append(' collate "C"');
    }
  }
}
