// Sets the machine's watches and probes as the profile and the wanted event kinds ask for.
import { RecordSource, type Machine, type Probe } from '../../emulator/index.js';
import type { EventName } from '../schema/index.js';
import type { KernelProfile, RoleFunction } from './profile.js';
import { recordFreeFrames } from './first-lists.js';
import { ProbeId } from './probe-id.js';
import type { ReferenceCounts } from './reference-counts.js';
import type { Translator } from './translator.js';

/** Fewer elements are no array with one for each frame. */
const framesMinimum = 1024;
const register = { ra: 1, a0: 10 } as const;
const panicTextMaximum = 200;

/** True when any of the kinds is recorded. */
type Wants = (...names: EventName[]) => boolean;

/** Connects a translator to a machine that has not run yet. `onPanic` is called when the kernel enters its panic. */
export function attachProbes(
  machine: Machine,
  profile: KernelProfile,
  translator: Translator,
  kinds: ReadonlySet<EventName>,
  onPanic: () => void,
): void {
  const wants: Wants = (...names) => names.some((name) => kinds.has(name));
  machine.ring.setConsumer((view, from, to) => translator.translate(view, from, to));
  machine.watch.setSources(sourcesFor(kinds));
  watchProcesses(machine, translator);
  for (const head of translator.freeList?.facts.heads ?? []) machine.watch.watchWords(head, 8);
  if (wants('refcount_change')) for (const counts of translator.candidates) watchCounts(machine, counts);
  if (wants('pte_write', 'page_table')) machine.watch.watchTables();
  probeFunctions(machine, profile, translator, wants, onPanic);
}

function watchCounts(machine: Machine, counts: ReferenceCounts): void {
  if (!counts.isPlaced) return;
  for (const { address, bytes } of counts.watchedRanges()) machine.watch.watchWords(address, bytes);
}

/**
 * Looks where the pointers among the candidates point, when a frame is freed: the first frames are, in ascending order,
 * while the list of free frames is built, and an array behind the image then ends where the lowest of them begins.
 */
function placePointers(machine: Machine, translator: Translator, imageEnd: number): (frame: number) => void {
  let open = translator.candidates.filter(({ isPlaced }) => !isPlaced);
  return (frame) => {
    if (open.length === 0) return;
    for (const counts of open) {
      const { address, stride } = counts.facts;
      const start = Number(new DataView(machine.ram.read(address, 8).slice().buffer).getBigUint64(0, true));
      const elements = Math.floor((frame - start) / stride);
      if (start < imageEnd || elements < framesMinimum) continue;
      counts.place(start, elements);
      watchCounts(machine, counts);
    }
    open = [];
  };
}

function sourcesFor(kinds: ReadonlySet<EventName>): number {
  const all: readonly [number, readonly EventName[]][] = [
    // Spans and outcomes are made of traps, whichever of these kinds is wanted.
    [RecordSource.traps, ['trap', 'trap_return', 'page_fault', 'syscall', 'kernel_span', 'process']],
    [RecordSource.markers, ['marker']],
    [RecordSource.console, ['console']],
    [RecordSource.disk, ['disk_request']],
  ];
  return all.reduce(
    (bits, [source, names]) => (names.some((name) => kinds.has(name)) ? bits | source : bits),
    0,
  );
}

/** Always watched where found: every row carries the process. */
function watchProcesses(machine: Machine, translator: Translator): void {
  const { processes } = translator;
  if (!processes) return;
  const { current, currentStride, harts, offsets } = processes.facts;
  machine.watch.setContextPointer({ base: current, stride: currentStride, field: offsets.pid });
  for (const { address, bytes } of processes.watchedRanges()) machine.watch.watchWords(address, bytes);
  for (let hart = 0; hart < harts; hart++) machine.watch.watchWords(current + hart * currentStride, 8);
}

function probeFunctions(
  machine: Machine,
  profile: KernelProfile,
  translator: Translator,
  wants: Wants,
  onPanic: () => void,
): void {
  const { allocate, free, map, free_table: freeTable, panic } = profile.functions;
  const { watch, harts } = machine;
  const argument = (hart: number): number => harts[hart].registerLow(register.a0);
  const tables = wants('pte_write', 'page_table');
  if (allocate) probeAllocate(machine, allocate, translator, wants);
  if (free) probeFree(machine, free, translator, wants, profile.imageEnd);
  if (map && tables) watch.addProbe(silently(map.entry, (hart) => watch.linkRoot(argument(hart))));
  if (freeTable && tables) watch.addProbe(silently(freeTable.entry, (hart) => watch.retire(argument(hart))));
  if (panic)
    watch.addProbe({
      address: panic.entry,
      id: ProbeId.panicEntered,
      registers: [register.a0, register.ra],
      record: wants('panic'),
      onHit: (hart) => {
        if (wants('panic')) translator.panicTexts.push(machine.ram.text(argument(hart), panicTextMaximum));
        onPanic();
      },
    });
}

/** A probe without a record. */
function silently(address: number, onHit: (hart: number) => void): Probe {
  return { address, id: 0, registers: [], record: false, onHit };
}

function probeAllocate(
  machine: Machine,
  { entry, exits }: RoleFunction,
  translator: Translator,
  wants: Wants,
): void {
  const { watch } = machine;
  const { freeList } = translator;
  const settles = freeList?.hasSeveralLists === true && wants('frame_alloc', 'frame_free');
  let isFirst = true;
  if (freeList)
    watch.addProbe({
      address: entry,
      id: ProbeId.allocateEntered,
      registers: [],
      record: settles,
      onHit: () => {
        if (isFirst) recordFreeFrames(machine, freeList.facts.heads, entry);
        isFirst = false;
      },
    });
  if (!wants('kalloc') && !settles && !searchesCounts(translator, wants)) return;
  const registers = [register.a0, register.ra];
  for (const address of exits)
    watch.addProbe({ address, id: ProbeId.allocateReturns, registers, record: true });
}

function probeFree(
  machine: Machine,
  { entry }: RoleFunction,
  translator: Translator,
  wants: Wants,
  imageEnd = Infinity,
): void {
  const { watch, harts } = machine;
  const tables = wants('pte_write', 'page_table');
  const counts = searchesCounts(translator, wants);
  if (!wants('kfree') && !tables && !counts) return;
  const place = placePointers(machine, translator, imageEnd);
  watch.addProbe({
    address: entry,
    id: ProbeId.freeEntered,
    registers: [register.a0, register.ra],
    record: wants('kfree') || counts,
    onHit: (hart) => {
      const frame = harts[hart].registerLow(register.a0);
      if (counts) place(frame);
      if (tables) watch.retire(frame);
    },
  });
}

/** What counts references is told by stores during allocation and freeing. */
function searchesCounts(translator: Translator, wants: Wants): boolean {
  return translator.candidates.length > 0 && wants('refcount_change');
}
