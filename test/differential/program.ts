// A random program: everything in it follows from the seed and the number of items. With fewer items it is the same
// program, cut short.
import { Random } from '../support/random.js';
import { Assembler } from './assembler.js';
import { pickWeighted, type Body, type Item } from './body.js';
import { calling, callingInLoop } from './call-items.js';
import { compressed, compute, constant, float, illegal } from './compute-items.js';
import { looping, skipping } from './control-items.js';
import { epilogue } from './epilogue.js';
import { modes, prologue, type Mode } from './harness.js';
import { memoryLoop } from './loop-items.js';
import { memoryImage, randomData } from './image.js';
import { bodyBase, codeBase, data, dataBase } from './layout.js';
import {
  access,
  alternate,
  atomic,
  faultingAccess,
  faultingFetch,
  patch,
  reservation,
} from './memory-items.js';
import { csr, floatStatus, status, system, triedCsr } from './system-items.js';
import { trapHandler } from './trap-handler.js';
import { addressSpace, remap, translatedAccess, translatedCall } from './translation-items.js';

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
    [1, floatStatus],
    [1, system],
    [1, illegal],
    [1, faultingAccess],
    [1, patch],
    [1, alternate],
    [8, translatedAccess],
    [1, remap],
  ])(body);

const skip = skipping(simple);
const loop = looping((body) => (body.random.oneIn(4) ? skip : simple)(body));

const call = calling(simple);

/** What small functions are made of, mostly: what goes on behind itself, unless an access faults. */
const plain = skipping(
  (body) =>
    pickWeighted(body.random, [
      [3, compute],
      [1, compressed],
      [2, access],
    ])(body),
  true,
);
const callInLoop = callingInLoop((body) =>
  pickWeighted(body.random, [
    [6, compute],
    [4, compressed],
    [6, access],
    [2, translatedAccess],
    [3, plain],
    [3, simple],
  ])(body),
);

const anyItem: Item = (body) =>
  pickWeighted(body.random, [
    [76, simple],
    [2, memoryLoop],
    [2, call],
    [3, callInLoop],
    [14, skip],
    [3, loop],
    [1, faultingFetch],
    [2, translatedCall],
    [1, addressSpace],
  ])(body);

/** Exceptions that may go to supervisor mode: all but the breakpoint with which the body ends. */
const delegable = 0xb3f7n;

/** What comes before `bodyBase`. */
function fixedParts(code: Assembler, mode: Mode, delegated: bigint): void {
  const [machine, supervisor, finish] = [code.label(), code.label(), code.label()];
  prologue(code, mode, { machine, supervisor, delegated });
  trapHandler(code, 'machine', machine, finish);
  trapHandler(code, 'supervisor', supervisor, finish);
  epilogue(code, finish);
  if (code.here > bodyBase) throw new Error('the fixed parts have outgrown their pages');
  while (code.here < bodyBase) code.raw(0, 2);
}

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
  const initial = randomData(random, mode);
  const code = new Assembler(codeBase, dataBase + data.constants);
  fixedParts(code, mode, random.oneIn(2) ? 0n : random.next64() & delegable);
  const body: Body = { random, code, mode, functions: [] };
  let last = code.here;
  for (let i = 0; i < items; i++) {
    last = code.here;
    anyItem(body);
  }
  const end = code.here;
  code.emit('ebreak');
  const bytes = code.code();
  const image = memoryImage(bytes, end, initial, code.constants());
  return {
    seed,
    items,
    mode,
    image,
    lastItem: { address: last, bytes: bytes.slice(last - codeBase, end - codeBase) },
  };
}
