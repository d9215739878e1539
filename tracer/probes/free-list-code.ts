// The head of the free list from the allocator's code, for kernels without debug information: the word of `kmem` that
// receives the link of the very frame it pointed to (`kmem.list = kmem.list->next`). Nothing else in an allocator
// looks like that, so what is found is right; code that computes the address otherwise yields nothing.
import { disassemble } from '../../emulator/index.js';
import type { DebugInfo, NamedRange } from '../symbols/index.js';

/** What a register holds: an address, the word at one, or the word at what that points to. */
type Value = { readonly is: 'address' | 'word' | 'link'; readonly address: number };

const callerSaved = /^(ra|t\d|a\d)$/;

/** Physical address of the head in `variable`, by the code of `allocator`; undefined when it does not tell. */
export function headByCode(
  debug: DebugInfo,
  allocator: NamedRange,
  variable: NamedRange,
): number | undefined {
  const start = Number(variable.address);
  const end = start + variable.size;
  const registers = new Map<string, Value>();
  for (const { address, text } of instructions(debug, allocator)) {
    const store = /^sd (\w+),(-?\d+)\((\w+)\)$/.exec(text);
    if (store) {
      const [, source, offset, base] = store;
      const target = registers.get(base);
      const stored = registers.get(source);
      if (target?.is !== 'address' || stored?.is !== 'link') continue;
      const head = target.address + Number(offset);
      if (stored.address === head && head >= start && head + 8 <= end) return head;
    } else step(registers, text, address);
  }
  return undefined;
}

function* instructions(
  debug: DebugInfo,
  { address, size }: NamedRange,
): Iterable<{ address: number; text: string }> {
  const bytes = debug.code({ low: address, high: address + BigInt(size) });
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 2 <= bytes.length;) {
    const half = words.getUint16(at, true);
    const isWide = (half & 3) === 3;
    if (isWide && at + 4 > bytes.length) return;
    yield { address: Number(address) + at, text: disassemble(isWide ? words.getUint32(at, true) : half) };
    at += isWide ? 4 : 2;
  }
}

/** What an instruction other than a store makes of the registers. */
function step(registers: Map<string, Value>, text: string, pc: number): void {
  const [name, operands = ''] = text.split(' ');
  const [target, ...sources] = operands.split(',');
  if (/^b/.test(name)) return;
  if (/^jalr?$/.test(name)) {
    // Behind a jump comes other code, behind a call what it has left alone.
    for (const register of [...registers.keys()])
      if (target === 'zero' || callerSaved.test(register)) registers.delete(register);
    return;
  }
  const value = valueOf(registers, name, sources, pc);
  if (value) registers.set(target, value);
  else registers.delete(target);
}

function valueOf(
  registers: ReadonlyMap<string, Value>,
  name: string,
  sources: readonly string[],
  pc: number,
): Value | undefined {
  if (name === 'auipc') return { is: 'address', address: pc + ((Number(sources[0]) << 12) | 0) };
  if (name === 'add' && sources[0] === 'zero') return registers.get(sources[1]);
  if (name === 'addi') {
    const value = registers.get(sources[0]);
    const addend = Number(sources[1]);
    if (value?.is === 'address') return { is: 'address', address: value.address + addend };
    return addend === 0 ? value : undefined;
  }
  const load = name === 'ld' ? /^(-?\d+)\((\w+)\)$/.exec(sources[0]) : undefined;
  const base = load && registers.get(load[2]);
  const offset = Number(load?.[1]);
  if (base?.is === 'address') return { is: 'word', address: base.address + offset };
  return base?.is === 'word' && offset === 0 ? { is: 'link', address: base.address } : undefined;
}
