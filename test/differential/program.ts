// A random program: everything in it follows from the seed and the number of items. With fewer items it is the same
// program, cut short.
import { Random } from '../support/random.js';
import { hardOperands } from '../float/operands.js';
import { Assembler } from './assembler.js';
import { pickWeighted, type Body, type Item } from './body.js';
import { compressed, compute, constant, float, illegal } from './compute-items.js';
import { looping, skipping } from './control-items.js';
import { epilogue, initialData, joinImage, modes, prologue, trapHandler, type Mode } from './harness.js';
import { codeBase, data, dataBase, scratchBytes } from './layout.js';
import { access, atomic, faultingAccess, faultingFetch, patch, reservation } from './memory-items.js';
import { csr, status, system, triedCsr } from './system-items.js';

const simple: Item = (body) =>
  pickWeighted(body.random, [
    [24, compute],
    [16, compressed],
    [6, constant],
    [20, float],
    [20, access],
    [6, atomic],
    [2, reservation],
    [3, csr],
    [1, triedCsr],
    [1, status],
    [1, system],
    [1, illegal],
    [1, faultingAccess],
    [1, patch],
  ])(body);

const skip = skipping(simple);
const loop = looping((body) => (body.random.oneIn(4) ? skip : simple)(body));

const anyItem: Item = (body) =>
  pickWeighted(body.random, [
    [80, simple],
    [14, skip],
    [3, loop],
    [1, faultingFetch],
  ])(body);

export interface Program {
  readonly seed: number;
  readonly items: number;
  readonly mode: Mode;
  /** Code and data from `codeBase`, where execution starts. */
  readonly image: Uint8Array;
  /** Bytes of code of the last item. */
  readonly lastItem: { readonly address: number; readonly bytes: Uint8Array };
}

export function randomProgram(seed: number, items: number): Program {
  const random = new Random(seed);
  const mode = random.pick(Object.keys(modes) as Mode[]);
  const registers = Array.from({ length: 64 }, (_, i) => hardOperands(random, [i < 32 ? 'x' : 'd'])[0]);
  const kinds = ['x', 's', 'd'] as const;
  const scratch = Array.from(
    { length: scratchBytes / 8 },
    () => hardOperands(random, [random.pick(kinds)])[0],
  );

  const code = new Assembler(codeBase, dataBase + data.constants);
  const [trap, finish, start] = [code.label(), code.label(), code.label()];
  prologue(code, mode, trap, start);
  trapHandler(code, trap, finish);
  epilogue(code, finish);
  code.place(start);
  const body: Body = { random, code, mode };
  let last = code.here;
  for (let i = 0; i < items; i++) {
    last = code.here;
    anyItem(body);
  }
  const end = code.here;
  code.emit('ecall');
  const bytes = code.code();
  if (codeBase + bytes.length > dataBase) throw new Error(`${items} items do not fit before the data`);
  const image = joinImage(bytes, initialData(end, registers, scratch, code.constants()));
  return {
    seed,
    items,
    mode,
    image,
    lastItem: { address: last, bytes: bytes.slice(last - codeBase, end - codeBase) },
  };
}
