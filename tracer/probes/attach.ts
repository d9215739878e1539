// Sets the machine's watches and probes as the profile and the wanted event kinds ask for.
import {
  pageBytes,
  ramBase,
  RecordKind,
  RecordSource,
  type Machine,
  type Probe,
} from '../../emulator/index.js';
import type { EventName } from '../schema/index.js';
import { CountElements } from './followers/count-elements.js';
import { recordFreeFrames } from './followers/first-lists.js';
import { recordPanicText } from './followers/panic-text.js';
import { tableElements, watchedRanges } from './followers/process-slots.js';
import type { ProcessFacts } from './discovery/process-facts.js';
import type { KernelProfile, RoleFunction } from './discovery/profile.js';
import type { BlockAllocatorFacts } from './discovery/block-allocator.js';
import { ProbeId } from './probe-id.js';
import type { ReferenceCountFacts } from './discovery/reference-count-facts.js';
import { elementsOf } from './followers/reference-counts.js';

/** Fewer elements are no array with one for each frame. */
const framesMinimum = 1024;
const register = { ra: 1, a0: 10 } as const;
/** What the first argument must be for a hit to say something about page tables. */
const newRoot = { register: register.a0, isTable: false } as const;
const oldTable = { register: register.a0, isTable: true } as const;

/** True when any of the kinds is recorded. */
type Wants = (...names: EventName[]) => boolean;

/** What probes are attached for. */
interface Target {
  readonly machine: Machine;
  readonly profile: KernelProfile;
  readonly wants: Wants;
}

/**
 * Makes a machine that has not run yet record what a `Translator` of the same profile turns into events of the kinds.
 * `onPanic` is called when the kernel enters its panic. Who takes the records from the ring is the caller's choice.
 */
export function attachProbes(
  machine: Machine,
  profile: KernelProfile,
  kinds: ReadonlySet<EventName>,
  onPanic: (hart: number) => void,
): void {
  const wants: Wants = (...names) => names.some((name) => kinds.has(name));
  const { processes, freeList, referenceCounts, locks } = profile;
  machine.watch.setSources(sourcesFor(kinds));
  if (processes) watchProcesses(machine, processes);
  if (locks) {
    const { watched } = locks;
    machine.watch.setLocks(wants('lock_order') ? watched : { ...watched, ordered: 0 });
  }
  for (const head of freeList?.heads ?? []) machine.watch.watchWords(head, 8);
  if (wants('free_frame_write')) machine.watch.followFreeFrames(freeList?.heads ?? []);
  if (wants('refcount_change')) for (const facts of referenceCounts) watchCounts(machine, elementsOf(facts));
  if (wants('pte_write', 'page_table', 'frame_write')) machine.watch.watchTables();
  if (wants('frame_write')) machine.watch.watchUserFrames();
  probeFunctions({ machine, profile, wants }, onPanic);
}

function watchCounts(machine: Machine, elements: CountElements): void {
  for (const { address, bytes } of elements.ranges()) machine.watch.watchWords(address, bytes);
}

/**
 * Looks where the pointers among the candidates point, when a frame is freed: the first frames are, in ascending order,
 * while the list of free frames is built, and an array behind the image then ends where the lowest of them begins.
 */
function placePointers({ machine, profile }: Target, imageEnd: number, pc: number): (frame: number) => void {
  let isOpen = true;
  return (frame) => {
    if (isOpen)
      profile.referenceCounts.forEach((facts, index) => {
        if (facts.count > 0) return;
        const elements = arrayBehind(machine, facts, frame, imageEnd);
        if (!elements) return;
        const { start, count } = elements;
        const operands = [index, start, count, ramEnd(machine)].map(BigInt) as [
          bigint,
          bigint,
          bigint,
          bigint,
        ];
        machine.ring.append(RecordKind.probe, ProbeId.countsPlaced, BigInt(pc), ...operands);
        watchCounts(machine, elements);
      });
    isOpen = false;
  };
}

function ramEnd({ ram }: Machine): number {
  return ramBase + ram.bytes.length;
}

/**
 * The array a pointer points to, when it lies between the image and a frame and is long enough. The frame may be any,
 * where an allocator of blocks had none given before; then there are as many elements as frames below the end of RAM.
 */
function arrayBehind(
  machine: Machine,
  facts: ReferenceCountFacts,
  frame: number,
  imageEnd: number,
): CountElements | undefined {
  const { address, stride, offset = 0 } = facts;
  const pointer = new DataView(machine.ram.read(address, 8).slice().buffer).getBigUint64(0, true);
  const start = Number(pointer) + offset;
  const count = Math.min(Math.floor((frame - start) / stride), ramEnd(machine) / pageBytes);
  return start < imageEnd || count < framesMinimum ? undefined : new CountElements(facts, start, count);
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
function watchProcesses(machine: Machine, facts: ProcessFacts): void {
  const { current, currentStride, harts, offsets } = facts;
  machine.watch.setContextPointer({ base: current, stride: currentStride, field: offsets.pid });
  for (const { address, bytes } of watchedRanges(facts, tableElements(facts)))
    machine.watch.watchWords(address, bytes);
  for (let hart = 0; hart < harts; hart++) machine.watch.watchWords(current + hart * currentStride, 8);
}

/** A process without a table is watched from when it was made: nothing that matters happens to it before. */
function probeMaker({ watch, ring, ram, harts }: Machine, facts: ProcessFacts, maker: RoleFunction): void {
  const { offsets, stride } = facts;
  const made = (hart: number, exit: number) => {
    const address = harts[hart].registerLow(register.a0);
    if (!ram.contains(address, stride)) return;
    const bytes = ram.read(address, stride);
    const members = new DataView(bytes.buffer, bytes.byteOffset, stride);
    const state = BigInt(members.getUint32(offsets.state, true));
    const pid = BigInt(members.getUint32(offsets.pid, true));
    const root = members.getBigUint64(offsets.pagetable, true);
    ring.append(
      RecordKind.probe,
      ProbeId.processMade,
      BigInt(exit),
      BigInt(address),
      state | (pid << 32n),
      root,
    );
    for (const range of watchedRanges(facts, [address])) watch.watchWords(range.address, range.bytes);
  };
  for (const exit of maker.exits) watch.addProbe(silently(exit, (hart) => made(hart, exit)));
}

function probeFunctions(target: Target, onPanic: (hart: number) => void): void {
  const { machine, profile, wants } = target;
  const { allocate, free, map, free_table: freeTable, panic } = profile.functions;
  const { watch, harts } = machine;
  const argument = (hart: number): number => harts[hart].registerLow(register.a0);
  const tables = wants('pte_write', 'page_table', 'frame_write');
  if (allocate) probeAllocate(target, allocate);
  if (free) probeFree(target, free);
  if (profile.blocks && allocate && wants('frame_alloc', 'frame_free'))
    probeBlocks(machine, profile.blocks, allocate.entry);
  if (profile.processes?.maker) probeMaker(machine, profile.processes, profile.processes.maker);
  if (map && tables)
    watch.addProbe({ ...silently(map.entry, (hart) => watch.linkRoot(argument(hart))), news: newRoot });
  if (freeTable && tables)
    watch.addProbe(silently(freeTable.entry, (hart) => watch.retire(argument(hart), freeTable.entry)));
  if (panic)
    watch.addProbe({
      address: panic.entry,
      id: ProbeId.panicEntered,
      registers: [register.a0, register.ra],
      record: wants('panic'),
      onHit: (hart) => {
        if (wants('panic')) recordPanicText(machine, argument(hart), panic.entry);
        onPanic(hart);
      },
    });
}

/** A probe without a record. */
function silently(address: number, onHit: (hart: number) => void): Probe {
  return { address, id: 0, registers: [], record: false, onHit };
}

function probeAllocate(target: Target, { entry, exits }: RoleFunction): void {
  const { machine, profile, wants } = target;
  const { watch } = machine;
  const { freeList } = profile;
  const settles = freeList !== undefined && freeList.heads.length > 1 && wants('frame_alloc', 'frame_free');
  if (freeList) {
    const entered: Probe = {
      address: entry,
      id: ProbeId.allocateEntered,
      registers: [],
      record: settles,
      onHit: () => {
        findFreeFrames(target, freeList.heads, entry);
        delete entered.onHit;
      },
    };
    watch.addProbe(entered);
  }
  if (!wants('kalloc') && !settles && !searchesCounts(target)) return;
  const registers = [register.a0, register.ra];
  for (const address of exits)
    watch.addProbe({ address, id: ProbeId.allocateReturns, registers, record: true });
}

/** Blocks are frames where the kernel's own allocator and free function ask for them. */
function probeBlocks(
  { watch, ring, harts }: Machine,
  { take, give }: BlockAllocatorFacts,
  allocator: number,
): void {
  watch.addProbe({ address: allocator, id: ProbeId.allocateEntered, registers: [register.ra], record: true });
  const registers = [register.a0, register.ra];
  for (const address of take.exits)
    watch.addProbe({
      address,
      id: ProbeId.blockTaken,
      registers,
      record: true,
      onHit: (hart) => {
        const mappings = watch.userMappings(harts[hart].registerLow(register.a0));
        if (mappings > 0)
          ring.append(
            RecordKind.probe,
            ProbeId.blockMapped,
            BigInt(address),
            BigInt(Math.min(mappings, 255)),
          );
      },
    });
  watch.addProbe({ address: give.entry, id: ProbeId.blockGiven, registers, record: true });
}

/** What was linked without the head is free from the allocator's first call on. */
function findFreeFrames({ machine, wants }: Target, heads: readonly number[], entry: number): void {
  recordFreeFrames(machine, heads, entry);
  if (wants('free_frame_write')) machine.watch.learnFreeFrames();
}

function probeFree(target: Target, { entry }: RoleFunction): void {
  const { machine, profile, wants } = target;
  const { watch, harts } = machine;
  const tables = wants('pte_write', 'page_table', 'frame_write');
  const counts = searchesCounts(target);
  if (!wants('kfree', 'frame_write') && !tables && !counts) return;
  const place = placePointers(target, profile.imageEnd ?? Infinity, entry);
  const hasPointers = counts && profile.referenceCounts.some(({ isPointer }) => isPointer);
  watch.addProbe({
    address: entry,
    id: ProbeId.freeEntered,
    registers: [register.a0, register.ra],
    record: wants('kfree', 'frame_write') || counts,
    // The first hit places pointers, whatever is freed.
    ...(tables && !hasPointers && { news: oldTable }),
    onHit: (hart) => {
      const frame = harts[hart].registerLow(register.a0);
      if (counts) place(frame);
      if (tables) watch.retire(frame, entry);
    },
  });
}

/** What counts references is told by stores during allocation and freeing. */
function searchesCounts({ profile, wants }: Target): boolean {
  return profile.referenceCounts.length > 0 && wants('refcount_change');
}
