import type { Database } from '@bindery/server/store/database.ts';
import type { Schema } from '@bindery/server/store/schema.ts';
import { CompiledQuery, type Kysely, type KyselyPlugin, type RootOperationNode } from 'kysely';

/** How a database goes about one query. */
export interface QueryPlan {
  readonly sql: string;
  /** The tables that are read from their first row to the last, without an index. */
  readonly scanned: readonly string[];
  /** The indexes that are used. */
  readonly indexes: readonly string[];
  /** Whether rows are put in order after they were read. */
  readonly sorts: boolean;
  /** Rows that were read of tables, kept or not; only PostgreSQL tells. */
  readonly rowsRead: number | undefined;
}

/** Runs an action and tells how the database goes about each of its queries. */
export async function plansOf(
  database: Pick<Database, 'kind' | 'queries'>,
  action: (queries: Kysely<Schema>) => Promise<unknown>,
): Promise<readonly QueryPlan[]> {
  const known = new WeakMap<object, RootOperationNode>();
  const nodes: RootOperationNode[] = [];
  const recorder: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      known.set(queryId, node);
      return node;
    },
    // Parts of queries are transformed too; what has a result was run.
    transformResult: async ({ result, queryId }) => {
      const node = known.get(queryId);
      if (node !== undefined) nodes.push(node);
      return result;
    },
  };
  await action(database.queries.withPlugin(recorder));
  const compiled = nodes.map((node) => database.queries.getExecutor().compileQuery(node, { queryId: 'plan' }));
  const explain = database.kind === 'sqlite' ? explainOnSqlite : explainOnPostgres;
  return Promise.all(compiled.map((query) => explain(database.queries, query)));
}

async function explainOnSqlite(queries: Kysely<Schema>, { sql, parameters }: CompiledQuery): Promise<QueryPlan> {
  const query = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]) as CompiledQuery<{ detail: string }>;
  const details = (await queries.executeQuery(query)).rows.map(({ detail }) => detail);
  // Queries within the query, whose rows are read as they come.
  const inner = new Set(details.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(detail)?.[1] ?? []));
  const scanned = details.flatMap((detail) => /^SCAN (\w+)(?!.* USING )/.exec(detail)?.[1] ?? []);
  return {
    sql,
    scanned: scanned.filter((name) => !inner.has(name)),
    indexes: details.flatMap((detail) => / USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1] ?? []),
    sorts: details.some((detail) => detail.includes('USE TEMP B-TREE FOR ORDER BY')),
    rowsRead: undefined,
  };
}

interface PostgresNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PostgresNode[];
}

/** Nothing is changed by what is explained: it is undone. Small tables are not read whole only for being small. */
async function explainOnPostgres(queries: Kysely<Schema>, { sql, parameters }: CompiledQuery): Promise<QueryPlan> {
  const query = CompiledQuery.raw(`explain (analyze, format json) ${sql}`, [...parameters]) as CompiledQuery<{
    'QUERY PLAN': readonly { readonly Plan: PostgresNode }[];
  }>;
  const undo = new Error('undone');
  let nodes: PostgresNode[] = [];
  await queries
    .transaction()
    .execute(async (transaction) => {
      await transaction.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
      nodes = (await transaction.executeQuery(query)).rows.flatMap((row) =>
        row['QUERY PLAN'].flatMap(({ Plan }) => flatten(Plan)),
      );
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return {
    sql,
    scanned: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [])),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    sorts: nodes.some((node) => /Sort$/.test(node['Node Type'])),
    rowsRead: nodes
      .filter((node) => node['Relation Name'] !== undefined || node['Index Name'] !== undefined)
      .reduce((sum, node) => sum + rowsOf(node), 0),
  };
}

function rowsOf(node: PostgresNode): number {
  return ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1);
}

function flatten(node: PostgresNode): PostgresNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
