// From raw records to events: one pass in order, dispatching each record to what follows its subject. It knows the run
// by its records alone, so that it may work in another thread or on the records of a replay.
import { RecordKind } from '../../emulator/ring/records.js';
import type { EventFileWriter, EventSink } from '../arrow/index.js';
import type { DebugInfo } from '../symbols/index.js';
import { CallGraph } from './discovery/call-graph.js';
import { BlockFrames } from './followers/block-frames.js';
import { CallSites } from './followers/call-sites.js';
import { ConsoleLines } from './followers/console-lines.js';
import { Emitter } from './emitter.js';
import { FaultRepeats } from './followers/fault-repeats.js';
import { FrameWrites } from './followers/frame-writes.js';
import { FreeList } from './followers/free-list.js';
import { HeldRecords } from './followers/held-records.js';
import { writeLocations } from './followers/locations.js';
import { LockRows } from './followers/lock-rows.js';
import { PageTables } from './followers/page-tables.js';
import { appendLastCall, writePanicCall } from './followers/panic-calls.js';
import { PanicText } from './followers/panic-text.js';
import { Processes } from './followers/processes.js';
import type { KernelProfile } from './discovery/profile.js';
import { ProbeId } from './probe-id.js';
import { Answers } from './questions/answers.js';
import { noQuestions, type Questions } from './questions/question.js';
import { operand, RawRecord, recordWords } from './raw-record.js';
import { rowsOf, type Rows } from './single-rows.js';
import { ReferenceCounts } from './followers/reference-counts.js';
import { ReferenceCountSearch } from './followers/reference-count-search.js';
import { ReturnedCalls } from './followers/returned-calls.js';
import { Spans } from './followers/spans.js';
import { Traps } from './followers/traps.js';

/** Records held at most while it is not known which array counts references; a boot has about 200,000. */
const heldMaximum = 400_000;

/** What the translator looks at of a profile. */
export type TranslatedProfile = Pick<
  KernelProfile,
  'freeList' | 'blocks' | 'referenceCounts' | 'processes' | 'locks' | 'imageEnd'
>;

export class Translator {
  private readonly freeList: FreeList | undefined;
  private readonly blocks: BlockFrames | undefined;
  /** Arrays that may count references; the search finds out which one does. */
  private readonly candidates: readonly ReferenceCounts[];
  private readonly processes: Processes | undefined;
  private readonly panicText = new PanicText();
  private readonly spans = new Spans();
  private readonly emitter: Emitter;
  private readonly traps: Traps;
  private readonly repeats: FaultRepeats;
  private readonly tables: PageTables;
  private readonly frameWrites: FrameWrites;
  private readonly console: ConsoleLines;
  private readonly rows: Rows;
  private readonly locks: LockRows;
  private readonly answers: Answers;
  private readonly record = new RawRecord();
  private readonly held = new HeldRecords();
  private search: ReferenceCountSearch | undefined;
  private counts: ReferenceCounts | undefined;
  private panicked = false;

  constructor(
    sink: EventSink,
    profile: TranslatedProfile,
    private readonly debug: DebugInfo,
    questions: Questions = noQuestions,
  ) {
    this.emitter = new Emitter(sink, this.spans);
    this.rows = rowsOf(this.emitter);
    this.spans.onEnd = (span, at, finished) => {
      const rows = this.rows.span;
      if (!rows) return;
      this.emitter.beginEnd(rows, span.id, at);
      rows.columns.id.append(span.id);
      rows.columns.start_cycle.append(span.startLow, span.startHigh);
      rows.columns.cause.append(span.cause);
      rows.columns.finished.append(finished ? 1 : 0);
    };
    const callSites = new CallSites(debug, this.emitter);
    this.answers = new Answers(questions, this.emitter, callSites);
    this.tables = new PageTables(this.emitter, callSites);
    this.traps = new Traps(this.emitter, this.spans, {
      sizeOf: (pid) => this.processes?.sizeOf(pid),
      narrowedAt: (root) => this.tables.narrowedAt(root),
    });
    this.repeats = new FaultRepeats(this.emitter, (record) => this.tell(record));
    this.frameWrites = new FrameWrites(this.emitter, callSites, new CallGraph(debug));
    this.console = new ConsoleLines(this.emitter);
    const { freeList, blocks, referenceCounts, processes, imageEnd } = profile;
    this.locks = new LockRows(profile.locks?.locks ?? [], this.emitter, callSites);
    if (freeList) this.freeList = new FreeList(freeList, this.emitter, callSites);
    if (blocks) this.blocks = new BlockFrames(blocks, this.emitter);
    this.candidates = referenceCounts.map((facts) => new ReferenceCounts(facts, this.emitter, callSites));
    if (this.candidates.length > 0)
      this.search = this.newSearch(new ReturnedCalls(debug, callSites), imageEnd);
    if (processes) this.processes = new Processes(processes, this.emitter, this.traps);
  }

  private newSearch(calls: ReturnedCalls, imageEnd?: number): ReferenceCountSearch {
    return new ReferenceCountSearch(
      this.candidates,
      (address) => !!this.freeList?.covers(address),
      (record, returnAddress) => calls.hasReturned(record, returnAddress),
      imageEnd,
    );
  }

  /** Translates the records between two byte addresses, or keeps them until it is known what counts references. */
  translate(view: DataView, from: number, to: number): void {
    const words = new Int32Array(view.buffer, view.byteOffset + from, (to - from) / 4);
    let at = 0;
    while (this.search && at < words.length) {
      this.record.move(words, at);
      at += recordWords;
      if (!this.search.observe(this.record) && this.held.count + at / recordWords < heldMaximum) continue;
      this.held.add(words, 0, at);
      this.endSearch();
      return this.translateNow(words, at);
    }
    if (this.search) this.held.add(words, 0, words.length);
    else this.translateNow(words, 0);
  }

  private endSearch(): void {
    this.counts = this.search?.result();
    this.search = undefined;
    this.translateNow(this.held.take(), 0);
  }

  private translateNow(words: Int32Array, from: number): void {
    const { record } = this;
    for (let at = from; at < words.length; at += recordWords) {
      record.move(words, at);
      if (!this.repeats.leavesOut(record)) this.tell(record);
    }
  }

  private tell(record: RawRecord): void {
    this.spans.setNow(record.cycleLow, record.cycleHigh);
    this.one(record);
  }

  /** Writes what is pending, and the lines of all addresses that rows name. */
  finish(cycle: number): void {
    if (this.search) this.endSearch();
    this.spans.setNow(cycle | 0, Math.floor(cycle / 2 ** 32));
    this.repeats.finish(cycle);
    this.console.flush();
    this.traps.finish(this.panicked);
    this.spans.finish();
    this.locks.finish(cycle);
    writeLocations(this.emitter, this.debug, cycle);
  }

  private one(record: RawRecord): void {
    switch (record.kind) {
      case RecordKind.trap:
        return this.traps.trap(record);
      case RecordKind.trapReturn:
        return this.traps.trapReturn(record);
      case RecordKind.call:
        return this.traps.call(record);
      case RecordKind.watchedStore:
        return this.watchedStore(record);
      case RecordKind.lockTaken:
        return this.locks.taken(record);
      case RecordKind.tableStore:
        return this.tables.stored(record);
      case RecordKind.frameStore:
        return this.frameWrites.stored(record);
      case RecordKind.freeFrameStore:
        return this.frameWrites.storedToFree(record);
      case RecordKind.tableLinked:
        return this.tables.linked(record);
      case RecordKind.tableRetired:
        this.processes?.tableFreed(record, record.number(operand.a));
        return this.tables.retired(record);
      case RecordKind.probe:
        return this.probe(record);
      case RecordKind.marker:
        return this.marker(record);
      case RecordKind.console:
        return this.console.character(record);
      case RecordKind.disk:
        return this.diskRequest(record);
      default:
        throw new Error(`raw record of unknown kind ${record.kind} at cycle ${record.cycle}`);
    }
  }

  private watchedStore(record: RawRecord): void {
    const address = record.address(operand.a);
    if (this.freeList?.covers(address)) this.freeList.headChanged(record);
    if (this.counts?.covers(address)) this.counts.wordChanged(record);
    this.answers.stored(record);
    if (!this.processes) return;
    this.processes.wordChanged(record);
    const hart = this.processes.hartAt(address);
    if (hart >= 0) this.switched(record, hart);
  }

  /** cpus[hart].proc changed. */
  private switched(record: RawRecord, hart: number): void {
    const from = this.processes!.pidAt(record.number(operand.b));
    const to = this.processes!.pidAt(record.number(operand.c));
    if (to !== 0) this.spans.leaveScheduler(hart, record);
    else if (from !== 0 && this.processes!.isZombie(from)) this.spans.exit(hart, from, record);
    const row = this.rows.switch;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.from_pid.append(from);
    row.columns.to_pid.append(to);
  }

  private probe(record: RawRecord): void {
    switch (record.size) {
      case ProbeId.foundFree:
        return this.freeList?.found(record, record.number(operand.a));
      case ProbeId.allocateEntered:
        this.blocks?.allocatorEntered(record);
        return this.freeList?.begin(this.emitter.spanOf(record));
      case ProbeId.allocateReturns:
        this.freeList?.settle(record, this.emitter.spanOf(record), record.number(operand.a));
        return this.called(this.rows.kalloc, record);
      case ProbeId.freeEntered:
        this.frameWrites.freed(record);
        this.blocks?.freerEntered(record);
        this.processes?.released(record, record.number(operand.a));
        return this.called(this.rows.kfree, record);
      case ProbeId.panicText:
        return this.panicText.add(record);
      case ProbeId.panicCall:
        return writePanicCall(this.rows.panicCall, record, this.emitter, this.debug);
      case ProbeId.panicEntered:
        return this.panic(record);
      case ProbeId.blockMapped:
        return this.blocks?.isMapped(record);
      case ProbeId.blockTaken:
        return this.blocks?.taken(record);
      case ProbeId.blockGiven:
        this.processes?.released(record, record.number(operand.a));
        return this.blocks?.given(record);
      case ProbeId.processMade:
        return this.processes?.made(record);
      case ProbeId.countsPlaced:
        // The search has seen it.
        return;
      default:
        if (this.answers.isQuestion(record.size)) return this.answers.hit(record);
        throw new Error(`record of unknown probe ${record.size} at cycle ${record.cycle}`);
    }
  }

  private called(row: EventFileWriter<'kalloc' | 'kfree'> | undefined, record: RawRecord): void {
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.frame.append(record.low(operand.a), record.high(operand.a));
    this.emitter.appendCallSite(row.columns.call_site, record.low(operand.b), record.high(operand.b));
  }

  private panic(record: RawRecord): void {
    this.panicked = true;
    const text = this.panicText.take();
    const row = this.rows.panic;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.text.append(text);
    appendLastCall(row.columns.call_site, record, this.emitter, this.debug);
  }

  private marker(record: RawRecord): void {
    const row = this.rows.marker;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.id.append(record.low(operand.a));
    row.columns.value.append(record.low(operand.b), record.high(operand.b));
    row.columns.free_frames.append(this.freeList?.freeFrames ?? 0);
  }

  private diskRequest(record: RawRecord): void {
    const row = this.rows.disk;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.sector.append(record.low(operand.a), record.high(operand.a));
    row.columns.bytes.append(record.low(operand.b));
    row.columns.write.append(record.size);
  }
}
