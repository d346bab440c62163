import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Shown without its title on a narrow screen: a name or buttons. */
  readonly bare?: boolean;
  readonly right?: boolean;
}

/** A table that becomes a list on a narrow screen. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}) {
  const narrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false });
  if (narrow === true) {
    return (
      <ul className="rows" aria-label={label}>
        {rows.map((row) => (
          <li key={keyOf(row)}>
            <CardOf columns={columns} row={row} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ id, title, right }) => (
            <th key={id} scope="col" className={right === true ? 'right' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ id, cell, right }) => (
              <td key={id} className={right === true ? 'right' : ''}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CardOf<Row>({ columns, row }: { readonly columns: readonly Column<Row>[]; readonly row: Row }) {
  const [first, ...rest] = columns;
  const last = rest.filter(({ bare }) => bare === true);
  return (
    <>
      <div style={{ marginBottom: '0.4rem' }}>{first?.cell(row)}</div>
      <dl className="pairs">
        {rest
          .filter(({ bare }) => bare !== true)
          .map(({ id, title, cell }) => (
            <div key={id} style={{ display: 'contents' }}>
              <dt>{title}</dt>
              <dd>{cell(row)}</dd>
            </div>
          ))}
      </dl>
      {last.map(({ id, cell }) => (
        <div key={id} className="row-actions">
          {cell(row)}
        </div>
      ))}
    </>
  );
}
