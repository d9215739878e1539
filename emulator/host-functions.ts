// What generated code asks of the host, answered by the parts of the machine.
import type { CoreHost } from './core.js';
import type { Bus } from './devices/bus.js';
import { floatFunction } from './float-function.js';
import type { CodeCache } from './interpreter/code-cache.js';
import type { ProbeTable } from './interpreter/probe-table.js';
import { control, pageBytes, ramBase } from './memory-layout.js';
import type { TranslationBuffers } from './mmu/translation-buffers.js';
import type { Stops } from './stops.js';
import type { Watch } from './watch.js';

/** Who answers. */
export interface HostParts {
  readonly memory: WebAssembly.Memory;
  readonly code: CodeCache;
  readonly probes: ProbeTable;
  readonly buffers: TranslationBuffers;
  readonly watch: Watch;
  readonly stops: Stops;
  readonly bus: Bus;
  /** Number of the hart that has the turn. */
  readonly currentHart: () => number;
  /** A breakpoint wants the machine to stop. */
  readonly stop: () => void;
}

/** The functions. Addresses come as signed 32-bit numbers. */
export function hostFunctions(parts: HostParts): CoreHost {
  const { memory, code, probes, buffers, watch, stops } = parts;
  return {
    ...deviceAccess(parts),
    dropCode: (frame) => code.drop(frame),
    regionOverwritten: (frame) => code.regionOverwritten(frame),
    loopOverwritten: (frame, offset) => code.loopOverwritten(frame, offset),
    tableLinked: (frame, entry, level) => watch.link(frame, level, entry >>> 0),
    forgetStores: () => buffers.forgetStores(),
    forgetTranslations: () => buffers.forgetTranslations(),
    rootSeen: (frame) => watch.linkRoot(ramBase + frame * pageBytes),
    allocateCode: (frame) => code.allocate(frame),
    decodeStraddle: (hart, word) => code.decodeStraddle(hart, word),
    decode: (slot) => code.decodeSlot(slot),
    probe: (slot) => {
      const row = probes.hit(code.physicalOf(slot), parts.currentHart());
      if (row === 0) parts.stop();
      return row;
    },
    guardedLoad: (address, bytes) => stops.loads(address >>> 0, bytes),
    guardedStore: (address, old) => stops.stored(address >>> 0, old),
    rawInstruction: (hart, slot) => code.rawInstruction(hart, slot),
    float: floatFunction(new DataView(memory.buffer)),
  };
}

/** What a device access changed (lines, deadlines) is looked at when the next slice starts: it ends this one. */
function deviceAccess({ memory, bus }: HostParts): Pick<CoreHost, 'deviceLoad' | 'deviceStore'> {
  const controls = new DataView(memory.buffer);
  return {
    deviceLoad: (address, bytes) => {
      controls.setInt32(control.leave, 1, true);
      if (!bus.load(address >>> 0, bytes)) return 0;
      controls.setInt32(control.loadLow, bus.low, true);
      controls.setInt32(control.loadHigh, bus.high, true);
      return 1;
    },
    deviceStore: (address, bytes, low, high) => {
      controls.setInt32(control.leave, 1, true);
      return bus.store(address >>> 0, bytes, low, high) ? 1 : 0;
    },
  };
}
