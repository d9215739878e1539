// The face of moments: what a replayed run looks like at a position.
export { describeMoment, disassembleMoment, readMemory } from './moment.js';
export type {
  FrameView,
  HartView,
  Moment,
  MomentOptions,
  MomentSource,
  Registers,
  Sharer,
} from './moment.js';
export { kernelCalls } from './backtrace.js';
export type { CallFrame, Stack } from './backtrace.js';
export type { InstructionLine } from './disassembly.js';
export { executedCode, placeOf, programCode, type ExecutedCode } from './place.js';
export { readVirtual, type Translate } from './memory.js';
export { translateBy, walk, type MappedRange, type WalkedEntry } from './page-table.js';
export { currentProcess, processesOf, type LiveProcess } from './process-table.js';
export type { EventLine } from './recent-events.js';
export { UserPrograms } from './user-programs.js';
