// The parts of a moment's page, and which of them were asked for.
import { UsageError } from '../../errors.js';

const names = ['source', 'bt', 'regs', 'pagetable', 'frame', 'events', 'harts', 'disasm'] as const;

export type PartName = (typeof names)[number];

/** A piece of memory to show. */
export interface MemoryPart {
  readonly address: bigint;
  readonly length: number;
}

/** What to show. */
export interface Parts {
  readonly names: ReadonlySet<PartName>;
  readonly memory: readonly MemoryPart[];
  /** How many of the last events. */
  readonly events: number;
}

const usual: readonly PartName[] = ['source', 'bt', 'regs', 'pagetable', 'frame', 'events', 'harts'];
const eventsUsual = 12;
const eventsMaximum = 10_000;
const memoryMaximum = 65_536;
const form = `--show takes ${names.join(', ')} and memory:ADDR+LEN, separated by commas`;

/** Reads the value of --show; what is usual when it is absent. Throws UsageError for parts that do not exist. */
export function parseParts(list: string | undefined): Parts {
  const chosen = new Set<PartName>(list === undefined ? usual : []);
  const memory: MemoryPart[] = [];
  let events = eventsUsual;
  for (const word of list?.split(',') ?? []) {
    const part = names.find((name) => name === word);
    const count = /^events:(\d+)$/.exec(word);
    if (part) chosen.add(part);
    else if (word.startsWith('memory:')) memory.push(memoryPart(word));
    else if (!count) throw new UsageError(`there is no part '${word}' to show; ${form}`);
    else {
      events = Number(count[1]);
      if (events < 1 || events > eventsMaximum)
        throw new UsageError(`'${word}' is no number of events to show; give 1 to ${eventsMaximum}`);
      chosen.add('events');
    }
  }
  return { names: chosen, memory, events };
}

function memoryPart(word: string): MemoryPart {
  const match = /^memory:(0x[\da-f]{1,16}|\d{1,20})\+(0x[\da-f]+|\d+)$/i.exec(word);
  const length = match ? Number(match[2]) : 0;
  if (!match || length < 1 || length > memoryMaximum)
    throw new UsageError(`'${word}' is no memory to show; give memory:ADDR+LEN, such as memory:0x3000+64`);
  return { address: BigInt.asUintN(64, BigInt(match[1])), length };
}
