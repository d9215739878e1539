// Raw records as the emulator would append them, and what a translator makes of them, as rows.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordBytes, recordField, RecordKind } from '../../emulator/index.js';
import { hasValue, openEventSink, readEventFile } from '../../tracer/arrow/index.js';
import { Translator, type KernelProfile } from '../../tracer/probes/index.js';
import { ProbeId } from '../../tracer/probes/probe-id.js';
import { eventFile, eventNames, type EventName } from '../../tracer/schema/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { buildElf } from './elf-builder.js';

/** A raw record; what is left out is 0, and `cycle` counts up by ten. */
export interface RecordInput {
  readonly kind: number;
  readonly hart?: number;
  readonly size?: number;
  /** pid of the hart's process. */
  readonly context?: number;
  readonly cycle?: number;
  readonly pc?: number;
  readonly a?: number | bigint;
  readonly b?: number | bigint;
  readonly c?: number | bigint;
  readonly d?: number | bigint;
  readonly e?: number | bigint;
}

/** Who did it, for the helpers below. */
export type By = Pick<RecordInput, 'hart' | 'context' | 'pc' | 'd' | 'e'>;

const low32 = 0xffff_ffffn;

/** A changed word; `link` is the word that the new value points at, of which a record has the low half. */
export function store(
  address: number,
  before: number | bigint,
  after: number | bigint,
  by: By & { readonly link?: number } = {},
): RecordInput {
  const { link = 0, ...who } = by;
  const a = BigInt(address) | ((BigInt(link) & low32) << 32n);
  return { kind: RecordKind.watchedStore, a, b: before, c: after, ...who };
}

export const freeEntered = (frame: number, by: By = {}): RecordInput => ({
  kind: RecordKind.probe,
  size: ProbeId.freeEntered,
  a: frame,
  ...by,
});

/** A record of a probe, by its number. */
export const probe = (size: number, operands: Pick<RecordInput, 'a' | 'b'>): RecordInput => ({
  kind: RecordKind.probe,
  size,
  ...operands,
});

export const foundFree = (frame: number, by: By = {}): RecordInput => ({
  kind: RecordKind.probe,
  size: ProbeId.foundFree,
  a: frame,
  ...by,
});

export const allocateEntered = (by: By = {}): RecordInput => ({
  kind: RecordKind.probe,
  size: ProbeId.allocateEntered,
  ...by,
});

export const allocateReturns = (frame: number, by: By = {}): RecordInput => ({
  kind: RecordKind.probe,
  size: ProbeId.allocateReturns,
  a: frame,
  ...by,
});

export type Row = Readonly<Record<string, number | bigint | string | null>>;

/** A kernel of which nothing is known; tests add what they are about. */
export const bareProfile: KernelProfile = { functions: {}, referenceCounts: [], findings: [], missing: [] };

/** The rows of each kind that a translator writes for the records, wide integers as numbers where they fit. */
export async function translated(
  profile: Partial<KernelProfile>,
  records: readonly RecordInput[],
  debug: DebugInfo = DebugInfo.parse(parseElf(buildElf({ sections: [] }), 'none')),
): Promise<Record<EventName, Row[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  try {
    mkdirSync(join(folder, 'events'));
    const sink = await openEventSink(folder, eventNames);
    const translator = new Translator(sink, { ...bareProfile, ...profile }, debug);
    const view = encode(records);
    // In two parts, as the ring is drained.
    const middle = Math.floor(records.length / 2) * recordBytes;
    translator.translate(view, 0, middle);
    translator.translate(view, middle, view.byteLength);
    translator.finish(1e6);
    sink.close();
    return Object.fromEntries(
      eventNames.map((kind) => [kind, rowsOf(join(folder, eventFile(kind)), kind)]),
    ) as Record<EventName, Row[]>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The records as they lie in the ring. */
export function encode(records: readonly RecordInput[]): DataView {
  const view = new DataView(new ArrayBuffer(records.length * recordBytes));
  records.forEach((record, index) => {
    const at = index * recordBytes;
    view.setUint8(at + recordField.kind, record.kind);
    view.setUint8(at + recordField.hart, record.hart ?? 0);
    view.setUint8(at + recordField.size, record.size ?? 0);
    view.setInt32(at + recordField.context, record.context ?? 0, true);
    view.setBigUint64(at + recordField.cycle, BigInt(record.cycle ?? index * 10), true);
    view.setBigUint64(at + recordField.pc, BigInt(record.pc ?? 0), true);
    for (const field of ['a', 'b', 'c', 'd', 'e'] as const)
      view.setBigUint64(at + recordField[field], BigInt.asUintN(64, BigInt(record[field] ?? 0)), true);
  });
  return view;
}

function rowsOf(path: string, kind: EventName): Row[] {
  return [...readEventFile(path, kind)].flatMap(({ rows, columns }) =>
    Array.from({ length: rows }, (_, row): Row => {
      const cells = Object.entries(columns).map(([name, column]) => {
        const value = column.values[row];
        if (!hasValue(column, row)) return [name, null] as const;
        if (column.dictionary) return [name, column.dictionary[Number(value)]] as const;
        const narrow = Number(value);
        return [name, Number.isSafeInteger(narrow) ? narrow : value] as const;
      });
      return Object.fromEntries(cells);
    }),
  );
}

/** The given columns of each row. */
export function pick(rows: readonly Row[], ...names: readonly string[]): Row[string][][] {
  return rows.map((row) => names.map((name) => row[name]));
}

/** Why a profile of a test has something. */
export const given = { where: 'where the test says', sureness: 'certain', why: 'it is given' } as const;
