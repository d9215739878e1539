// Any table of values as an Arrow IPC file: what a query's result is exported as. (Events have writers of their own.)

export type ArrowColumnType = 'boolean' | 'i64' | 'u64' | 'f64' | 'text';

/** A column whose values are of its type or null; integers may be number or bigint. */
export interface ArrowTableColumn {
  readonly name: string;
  readonly type: ArrowColumnType;
  readonly values: readonly (string | number | bigint | boolean | null)[];
}

/** The bytes of a file with one table. Columns of the same name are told apart by numbers: `n`, `n_1`. */
export async function writeArrowTable(columns: readonly ArrowTableColumn[]): Promise<Uint8Array> {
  const arrow = await import('apache-arrow');
  const types = {
    boolean: () => new arrow.Bool(),
    i64: () => new arrow.Int64(),
    u64: () => new arrow.Uint64(),
    f64: () => new arrow.Float64(),
    text: () => new arrow.Utf8(),
  } as const;
  const convert = {
    boolean: (value: unknown) => Boolean(value),
    i64: (value: unknown) => BigInt(value as bigint),
    u64: (value: unknown) => BigInt(value as bigint),
    f64: (value: unknown) => Number(value),
    text: (value: unknown) => String(value),
  } as const;
  const vectors = columns.map(({ type, values }) =>
    arrow.vectorFromArray(
      values.map((value) => (value === null ? null : convert[type](value))),
      types[type](),
    ),
  );
  const names = distinct(columns.map(({ name }) => name));
  const fields = columns.map(({ type }, index) => new arrow.Field(names[index], types[type](), true));
  const children = vectors.map((vector) => vector.data[0]);
  const schema = new arrow.Schema(fields);
  const length = columns[0]?.values.length ?? 0;
  const data = arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children });
  return arrow.tableToIPC(new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]), 'file');
}

/** Arrow matches columns by name, so no two may have the same. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 1; taken.has(unique); number++) unique = `${name}_${number}`;
    taken.add(unique);
    return unique;
  });
}
