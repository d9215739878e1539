// Asks a trace for the life of a frame or of a page of a process.
import { UsageError } from '../../errors.js';
import { hex } from '../../text/index.js';
import type { SqlValue } from '../database.js';
import type { EventSource } from '../event-source.js';
import { ProcessNames } from '../process-names.js';
import { TraceQuery } from '../query.js';
import {
  episodesOf,
  isDuring,
  livesOf,
  type Biography,
  type EventInEntry,
  type FrameAction,
  type PageBiography,
  type Place,
} from './biography.js';

const pageBytes = 4096n;
const needed = ['pte_write', 'page_table', 'frame_alloc', 'frame_free'] as const;

const columns = `h.cycle, h.what, h.frame, h.va, h.about, h.before, h.after, h.access, h.outcome, h.other,
  p."function", p.file, p.line, c."function", c.file, c.line, h.hart, h.pid, h.span, coalesce(k.cause, '')`;
const joins = `
  LEFT JOIN location p ON p.address = h.pc AND h.pc <> 0
  LEFT JOIN location c ON c.address = h.call_site AND h.call_site <> 0
  LEFT JOIN kernel_span k ON k.id = h.span`;

/** An open run that tells biographies. */
export class Biographer {
  private constructor(
    private readonly query: TraceQuery,
    private readonly names: ProcessNames,
  ) {}

  /** Opens a run. Throws UsageError when it lacks the kinds that tell of frames. */
  static async open(source: EventSource): Promise<Biographer> {
    const missing = needed.filter((kind) => !source.kinds.has(kind));
    if (missing.length > 0)
      throw new UsageError(
        `the trace has no ${missing.join(', ')} events, and they tell what becomes of frames; record the run without ` +
          '--events, and see trace inspect for what the kernel hides',
      );
    const query = await TraceQuery.open(source);
    return new Biographer(query, await ProcessNames.read(query));
  }

  /** The life of the frame that holds a physical address. Throws UsageError when the trace knows nothing of it. */
  async ofFrame(address: bigint): Promise<Biography> {
    const frame = (address / pageBytes) * pageBytes;
    const rows = await this.rows(`SELECT ${columns} FROM frame_history h ${joins}
      WHERE h.frame = ${frame} ORDER BY h.cycle, h.seq, h.what`);
    if (rows.length === 0) throw await this.unknownFrame(frame);
    return { frame, lives: livesOf(rows) };
  }

  /** What became of a page of a process. Throws UsageError when it was never mapped nor faulted on. */
  async ofPage(pid: number, address: bigint): Promise<PageBiography> {
    const va = (address / pageBytes) * pageBytes;
    const rows = await this.rows(`WITH known AS (
        SELECT * FROM frame_history WHERE about = ${pid} AND (va >> 12) << 12 = ${va} AND what <> 'copy'
      ), h AS (
        SELECT * FROM known
        UNION ALL BY NAME
        SELECT seq, cycle, hart, pid, span, pc, 0::UBIGINT AS call_site, 'stray_fault' AS what, va, pid AS about,
               access, outcome
        FROM page_fault ANTI JOIN known USING (seq) WHERE pid = ${pid} AND (va >> 12) << 12 = ${va}
      ) SELECT ${columns} FROM h ${joins} ORDER BY h.cycle, h.seq, h.what`);
    if (rows.length === 0) throw await this.unknownPage(pid, va);
    const process = this.names.at(pid, rows[rows.length - 1].event.cycle);
    return { pid, process, va, episodes: episodesOf(rows), frames: await this.framesOf(rows) };
  }

  close(): void {
    this.query.close();
  }

  private async framesOf(rows: readonly EventInEntry[]): Promise<Biography[]> {
    const mapped = rows.map(({ event }) => event).filter(({ what }) => what === 'mapped');
    const frames: Biography[] = [];
    for (const frame of new Set(mapped.map((event) => event.frame!))) {
      const cycles = mapped.filter((event) => event.frame === frame).map(({ cycle }) => cycle);
      const { lives } = await this.ofFrame(frame);
      frames.push({ frame, lives: lives.filter((life) => cycles.some((cycle) => isDuring(life, cycle))) });
    }
    return frames;
  }

  private async rows(sql: string): Promise<EventInEntry[]> {
    const { rows } = await this.query.run(sql);
    return rows.map((row) => this.rowOf(row));
  }

  private rowOf(row: readonly SqlValue[]): EventInEntry {
    const [cycle, what, frame, va, about, before, after, access, outcome, other, ...rest] = row;
    const [name, file, line, callerName, callerFile, callerLine, hart, pid, span, cause] = rest;
    const at = Number(cycle);
    return {
      event: {
        cycle: at,
        what: what as FrameAction,
        ...(frame !== null && { frame: wide(frame) }),
        ...(va !== null && { va: wide(va) }),
        ...(about !== null && { about: Number(about), aboutName: this.names.at(Number(about), at) }),
        ...(before !== null && { before: wide(before) }),
        ...(after !== null && { after: wide(after) }),
        ...(access !== null && { access: String(access) }),
        ...(outcome !== null && { outcome: String(outcome) }),
        ...(other !== null && { other: wide(other) }),
        ...placeOf('place', name, file, line),
        ...placeOf('caller', callerName, callerFile, callerLine),
      },
      entry: {
        cycle: at,
        hart: Number(hart),
        pid: Number(pid),
        process: this.names.at(Number(pid), at),
        cause: String(cause),
        span: Number(span),
      },
    };
  }

  private async unknownFrame(frame: bigint): Promise<UsageError> {
    const [row] = (await this.query.run('SELECT min(frame), max(frame) FROM frame_free')).rows;
    const [low, high] = row ?? [null, null];
    if (low === null || high === null)
      return new UsageError(`the trace knows nothing of frame ${hex(frame)}`);
    const range = `${hex(wide(low))} to ${hex(wide(high))}`;
    return new UsageError(
      `the trace knows nothing of frame ${hex(frame)}; the kernel's free list has held ${range} ` +
        '(a virtual address is given as --pte PID:VA)',
    );
  }

  private async unknownPage(pid: number, va: bigint): Promise<UsageError> {
    const { rows } = await this.query.run(`SELECT DISTINCT va FROM frame_history
      WHERE about = ${pid} AND va IS NOT NULL AND what = 'mapped'
      ORDER BY CASE WHEN va > ${va} THEN va - ${va} ELSE ${va} - va END LIMIT 1`);
    const page = `page ${hex(va)} of process ${pid}`;
    if (rows.length > 0)
      return new UsageError(`${page} was never mapped; the nearest that was is ${hex(wide(rows[0][0]))}`);
    const known = (await this.query.run('SELECT min(pid), max(pid) FROM processes')).rows[0] ?? [];
    return new UsageError(
      `the trace knows no page of a process ${pid}; its processes are ${String(known[0])} to ${String(known[1])}`,
    );
  }
}

function wide(value: SqlValue): bigint {
  return BigInt(value as bigint | number);
}

function placeOf<K extends string>(
  key: K,
  name: SqlValue,
  file: SqlValue,
  line: SqlValue,
): { [P in K]?: Place } {
  if (name === null) return {};
  return { [key]: { function: String(name), file: String(file ?? ''), line: Number(line ?? 0) } } as {
    [P in K]: Place;
  };
}
