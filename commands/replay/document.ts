// A moment as a JSON document: everything the page shows, with names for numbers where the page has names.
import { integerRegisterNames } from '../../emulator/index.js';
import {
  disassembleMoment,
  readMemory,
  type HartView,
  type Moment,
  type MomentSource,
} from '../../tracer/moment/index.js';
import type { Position } from '../../tracer/replay/index.js';
import type { PartName, Parts } from './parts.js';

/** Instructions shown around the pc. */
export const instructionsShown = 16;

/** Version of the document's form; raised when a key changes its meaning or goes. */
const documentVersion = 1;

/** What `jsonDocument` prints. */
export function momentDocument(
  source: MomentSource,
  moment: Moment,
  { names, memory }: Parts,
  position: Position,
): object {
  const { cycle, end, present, others, registers, pagetable, frame, events, allWait } = moment;
  const when = (part: PartName, value: object): object => (names.has(part) ? value : {});
  return {
    version: documentVersion,
    position: position.what,
    notes: position.notes,
    cycle,
    end,
    allWait,
    hart: hartDocument(present, names.has('bt')),
    ...when('harts', { others: others.map((other) => hartDocument(other, true)) }),
    ...when('regs', { registers: registersDocument(registers) }),
    ...when('pagetable', { pagetable: pagetable.map(rangeDocument) }),
    ...when('frame', { frame }),
    ...when('events', { events }),
    ...when('disasm', {
      instructions: disassembleMoment(source, moment, instructionsShown).map(({ address, bytes, text }) => ({
        address,
        bytes: Buffer.from(bytes).toString('hex'),
        text,
      })),
    }),
    ...(memory.length > 0 && {
      memory: memory.map(({ address, length }) => ({
        address,
        bytes: Buffer.from(readMemory(source, moment, address, length)).toString('hex'),
      })),
    }),
  };
}

function registersDocument({ pc, x, csrs }: Moment['registers']): object {
  return {
    pc,
    ...Object.fromEntries(integerRegisterNames.map((name, number) => [name, x[number]])),
    ...csrs,
  };
}

function rangeDocument({ va, pages, frames, entry }: Moment['pagetable'][number]): object {
  return { va, pages, entry, frames: frames.map(([first, count]) => ({ first: BigInt(first), count })) };
}

function hartDocument({ hart, mode, waits, process, stacks }: HartView, withStacks: boolean): object {
  const { pid, name, state, root, parent } = process ?? {};
  const who = process && { pid, name, state, root: BigInt(root ?? 0), parent };
  return { hart, mode, waits, process: who ?? null, ...(withStacks && { stacks }) };
}
