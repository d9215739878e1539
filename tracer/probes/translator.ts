// From raw records to events: one pass in order, dispatching each record to what follows its subject.
import { recordBytes, RecordKind } from '../../emulator/index.js';
import type { EventSink } from '../arrow/index.js';
import type { DebugInfo } from '../symbols/index.js';
import { CallSites } from './call-sites.js';
import { ConsoleLines } from './console-lines.js';
import { Emitter } from './emitter.js';
import { FreeList } from './free-list.js';
import { HeldRecords } from './held-records.js';
import { writeLocations } from './locations.js';
import { PageTables } from './page-tables.js';
import { Processes } from './processes.js';
import type { KernelProfile } from './profile.js';
import { RawRecord } from './raw-record.js';
import { ProbeId } from './probe-id.js';
import { ReferenceCounts } from './reference-counts.js';
import { ReferenceCountSearch } from './reference-count-search.js';
import { Spans } from './spans.js';
import { Traps } from './traps.js';

/** Records held at most while it is not known which array counts references; a boot has about 200,000. */
const heldMaximum = 400_000;

export class Translator {
  readonly freeList: FreeList | undefined;
  /** Arrays that may count references; the search finds out which one does. */
  readonly candidates: readonly ReferenceCounts[];
  readonly processes: Processes | undefined;
  /** Texts of panics in the order their probes fired, pushed by the probe itself. */
  readonly panicTexts: string[] = [];
  private readonly spans = new Spans();
  private readonly emitter: Emitter;
  readonly traps: Traps;
  private readonly tables: PageTables;
  private readonly console: ConsoleLines;
  private readonly record = new RawRecord();
  private readonly held = new HeldRecords();
  private search: ReferenceCountSearch | undefined;
  private counts: ReferenceCounts | undefined;
  private panicked = false;

  constructor(
    sink: EventSink,
    profile: KernelProfile,
    private readonly debug: DebugInfo,
  ) {
    this.emitter = new Emitter(sink, this.spans);
    this.spans.onEnd = (span, at, finished) => {
      const row = this.emitter.beginAt('kernel_span', { ...at, span: span.id });
      row?.columns.id.append(span.id);
      row?.columns.start_cycle.appendNumber(span.start);
      row?.columns.cause.append(span.cause);
      row?.columns.finished.append(finished ? 1 : 0);
    };
    const callSites = new CallSites(debug);
    this.traps = new Traps(this.emitter, this.spans);
    this.tables = new PageTables(this.emitter, callSites);
    this.console = new ConsoleLines(this.emitter);
    const { freeList, referenceCounts, processes } = profile;
    if (freeList) this.freeList = new FreeList(freeList, this.emitter, callSites);
    this.candidates = referenceCounts.map((facts) => new ReferenceCounts(facts, this.emitter, callSites));
    if (this.candidates.length > 0)
      this.search = new ReferenceCountSearch(this.candidates, (address) => !!this.freeList?.covers(address));
    if (processes) this.processes = new Processes(processes, this.emitter, this.traps);
  }

  /** Translates the records between two byte addresses, or keeps them until it is known what counts references. */
  translate(view: DataView, from: number, to: number): void {
    let at = from;
    for (; this.search && at < to; at += recordBytes) {
      this.record.move(view, at);
      this.held.add(view, at);
      if (this.search.observe(this.record) || this.held.count >= heldMaximum) this.endSearch();
    }
    this.translateNow(view, at, to);
  }

  private endSearch(): void {
    this.counts = this.search?.result();
    this.search = undefined;
    const held = this.held.take();
    this.translateNow(held, 0, held.byteLength);
  }

  private translateNow(view: DataView, from: number, to: number): void {
    for (let at = from; at < to; at += recordBytes) {
      this.record.move(view, at);
      this.spans.now = this.record.cycle;
      this.one(this.record);
    }
  }

  /** Writes what is pending, and the lines of all addresses that rows name. */
  finish(cycle: number): void {
    if (this.search) this.endSearch();
    this.spans.now = cycle;
    this.console.flush();
    this.traps.finish(this.panicked);
    this.spans.finish();
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
      case RecordKind.tableStore:
        return this.tables.stored(record);
      case RecordKind.tableLinked:
        return this.tables.linked(record);
      case RecordKind.tableRetired:
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
    const address = record.low('a');
    if (this.freeList?.covers(address)) this.freeList.headChanged(record);
    if (this.counts?.covers(address)) this.counts.wordChanged(record);
    if (!this.processes) return;
    if (this.processes.covers(address)) this.processes.wordChanged(record);
    const { current, currentStride, harts } = this.processes.facts;
    const hart = (address - current) / currentStride;
    if (Number.isInteger(hart) && hart >= 0 && hart < harts) this.switched(record, hart);
  }

  /** cpus[hart].proc changed. */
  private switched(record: RawRecord, hart: number): void {
    const from = this.processes!.pidAt(record.number('b'));
    const to = this.processes!.pidAt(record.number('c'));
    if (to !== 0) this.spans.leaveScheduler(hart, record.pc);
    else if (from !== 0 && this.processes!.isZombie(from)) this.spans.exit(hart, from, record.pc);
    const row = this.emitter.begin('context_switch', record);
    row?.columns.from_pid.append(from);
    row?.columns.to_pid.append(to);
  }

  private probe(record: RawRecord): void {
    if (record.size === ProbeId.foundFree) {
      this.freeList?.found(record, record.number('a'));
    } else if (record.size === ProbeId.allocateEntered) {
      this.freeList?.begin(this.emitter.spanOf(record));
    } else if (record.size === ProbeId.allocateReturns) {
      this.freeList?.settle(record, this.emitter.spanOf(record), record.number('a'));
      const row = this.emitter.begin('kalloc', record);
      row?.columns.frame.append(record.low('a'), record.high('a'));
      row?.columns.call_site.appendNumber(this.emitter.callSite(record.number('b')));
    } else if (record.size === ProbeId.freeEntered) {
      const row = this.emitter.begin('kfree', record);
      row?.columns.frame.append(record.low('a'), record.high('a'));
      row?.columns.call_site.appendNumber(this.emitter.callSite(record.number('b')));
    } else {
      this.panicked = true;
      const row = this.emitter.begin('panic', record);
      row?.columns.text.append(this.panicTexts.shift() ?? '');
      row?.columns.call_site.appendNumber(this.emitter.callSite(record.number('b')));
    }
  }

  private marker(record: RawRecord): void {
    const row = this.emitter.begin('marker', record);
    row?.columns.id.append(record.low('a') | 0);
    row?.columns.value.append(record.low('b'), record.high('b'));
    row?.columns.free_frames.append(this.freeList?.freeFrames ?? 0);
  }

  private diskRequest(record: RawRecord): void {
    const row = this.emitter.begin('disk_request', record);
    row?.columns.sector.append(record.low('a'), record.high('a'));
    row?.columns.bytes.append(record.low('b'));
    row?.columns.write.append(record.size);
  }
}
