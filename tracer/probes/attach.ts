// Sets the machine's watches and probes as the profile and the wanted event kinds ask for.
import { RecordSource, type Machine } from '../../emulator/index.js';
import type { EventName } from '../schema/index.js';
import type { KernelProfile } from './profile.js';
import { ProbeId, type Translator } from './translator.js';

const register = { ra: 1, a0: 10 } as const;
const panicTextMaximum = 200;

/** Connects a translator to a machine that has not run yet. `onPanic` is called when the kernel enters its panic. */
export function attachProbes(
  machine: Machine,
  profile: KernelProfile,
  translator: Translator,
  kinds: ReadonlySet<EventName>,
  onPanic: () => void,
): void {
  const wants = (...names: EventName[]): boolean => names.some((name) => kinds.has(name));
  machine.ring.setConsumer((view, from, to) => translator.translate(view, from, to));
  machine.watch.setSources(sourcesFor(kinds));
  watchProcesses(machine, translator);
  for (const head of translator.freeList?.facts.heads ?? []) machine.watch.watchWords(head, 8);
  if (wants('refcount_change') && translator.referenceCounts) {
    const { start, end } = machine.ramRange;
    const { address, bytes } = translator.referenceCounts.watchedRange(start, end);
    if (bytes > 0) machine.watch.watchWords(address, bytes);
  }
  if (wants('pte_write', 'page_table')) machine.watch.watchTables();
  probeFunctions(machine, profile, translator, wants, onPanic);
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
  wants: (...names: EventName[]) => boolean,
  onPanic: () => void,
): void {
  const { allocate, free, map, free_table: freeTable, panic } = profile.functions;
  const { watch, harts } = machine;
  const argument = (hart: number): number => harts[hart].registerLow(register.a0);
  const tables = wants('pte_write', 'page_table');
  const settles = translator.freeList?.hasSeveralLists === true && wants('frame_alloc', 'frame_free');
  if (allocate && settles)
    watch.addProbe({ address: allocate.entry, id: ProbeId.allocateEntered, registers: [], record: true });
  if (allocate && (wants('kalloc') || settles))
    for (const address of allocate.exits)
      watch.addProbe({
        address,
        id: ProbeId.allocateReturns,
        registers: [register.a0, register.ra],
        record: true,
      });
  if (free && (wants('kfree') || tables))
    watch.addProbe({
      address: free.entry,
      id: ProbeId.freeEntered,
      registers: [register.a0, register.ra],
      record: wants('kfree'),
      ...(tables && { onHit: (hart) => watch.retire(argument(hart)) }),
    });
  if (map && tables)
    watch.addProbe({
      address: map.entry,
      id: 0,
      registers: [],
      record: false,
      onHit: (hart) => watch.linkRoot(argument(hart)),
    });
  if (freeTable && tables)
    watch.addProbe({
      address: freeTable.entry,
      id: 0,
      registers: [],
      record: false,
      onHit: (hart) => watch.retire(argument(hart)),
    });
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
