// The monitor commands that need the machine alone.
import { hex, processWords } from '../../text/index.js';
import { ProtocolError } from './hexadecimal.js';
import type { MonitorCommand, MonitorContext } from './monitor.js';
import { translateBy, walk } from '../moment/index.js';
import type { Stop } from './stop.js';

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Where the replay is, and what each hart does there. */
function when(_: readonly string[], { target }: MonitorContext): string {
  const { replay } = target;
  const percent = ((100 * replay.cycle) / Math.max(1, replay.end)).toFixed(2);
  const turn = replay.currentHart;
  const lines = replay.machine.harts.map((each, number) => {
    const pc = each.read('pc');
    const name = replay.kernel.debug.locationOf(pc)?.function ?? '';
    const place = `${hex(pc)}${name && ` in ${name}`}`;
    const note = number === turn ? ', has the turn' : '';
    return `hart ${number}: ${place}, ${target.describeHart(number)}${note}\n`;
  });
  return `cycle ${grouped(replay.cycle)} of ${grouped(replay.end)} (${percent}%)\n${lines.join('')}`;
}

const reasons: Readonly<Record<Stop['kind'], string>> = {
  software_breakpoint: 'is about to execute the instruction at a breakpoint',
  hardware_breakpoint: 'is about to execute the instruction at a breakpoint',
  write: 'wrote watched memory (going backwards: is about to)',
  read: 'read watched memory (going backwards: is about to)',
  access: 'accessed watched memory (going backwards: is about to)',
  step: 'made the step it was told to, or has the turn',
  interrupt: 'has the turn, and you interrupted',
  begin: 'has the turn: this is power-on, there is nothing before',
  end: 'had the last turn: this is the end of the recording',
};

function why(_: readonly string[], { why: stop }: MonitorContext): string {
  const where = 'pc' in stop ? ` ${hex(stop.pc)}` : 'address' in stop ? ` ${hex(stop.address)}` : '';
  return `hart ${stop.hart} ${reasons[stop.kind]}${where}\n`;
}

const permissions = ['V', 'R', 'W', 'X', 'U', 'G', 'A', 'D', 'RSW0', 'RSW1'];

function flagsOf(entry: bigint): string {
  const set = permissions.filter((_, bit) => (entry >> BigInt(bit)) & 1n);
  return set.length > 0 ? set.join(' ') : 'not valid';
}

/** The way of an address through a page table: that of the hart, and that of its process where it is another. */
function pte([text = '', given]: readonly string[], { target, hart: selected }: MonitorContext): string {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text))
    throw new ProtocolError('pte wants an address, and a hart if you like, as in pte 0x3000 1');
  const address = BigInt(text);
  const hart = given === undefined ? selected : Number(given);
  if (!(hart in target.replay.machine.harts)) throw new ProtocolError(`there is no hart ${given}`);
  const { machine } = target.replay;
  const satp = machine.harts[hart].read('satp');
  const present = Number(satp & ((1n << 44n) - 1n)) * 4096;
  const { process } = target.stateOf(hart);
  const tables = satp >> 60n === 0n ? [] : [{ whose: `hart ${hart} (satp)`, root: present }];
  if (process && process.root !== present)
    tables.push({ whose: processWords(process.pid, process.name), root: process.root });
  if (tables.length === 0) return `hart ${hart} translates nothing: its satp is 0\n`;
  return tables
    .map(({ whose, root }) => {
      const steps = walk(machine, root, address).map(
        ({ level, at, entry }) => `  level ${level}: ${hex(entry)} at ${hex(at)}  ${flagsOf(entry)}\n`,
      );
      const physical = translateBy(machine, root, address);
      const end = physical === undefined ? 'is not mapped' : `is at physical ${hex(physical)}`;
      return `${hex(address)} in the table of ${whose}, root ${hex(root)}\n${steps.join('')}  ${end}\n`;
    })
    .join('');
}

function memory(words: readonly string[], { target }: MonitorContext): string {
  const [kind] = words;
  if (words.length > 1 || (kind !== undefined && kind !== 'virtual' && kind !== 'physical'))
    throw new ProtocolError('memory wants virtual or physical');
  if (kind !== undefined) target.physicalAddresses = kind === 'physical';
  return `addresses are ${target.physicalAddresses ? 'physical' : 'virtual'}\n`;
}

export const ownCommands: readonly MonitorCommand[] = [
  { name: 'when', usage: '', summary: 'where the replay is, and what each hart does', run: when },
  { name: 'why', usage: '', summary: 'why execution stopped', run: why },
  {
    name: 'pte',
    usage: 'VA [HART]',
    summary: "an address's way through the page table of the hart",
    run: pte,
  },
  {
    name: 'memory',
    usage: '[virtual|physical]',
    summary: 'what the addresses you give mean from now on',
    run: memory,
  },
];
