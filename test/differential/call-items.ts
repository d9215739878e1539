// Random items that call functions: a function of their own a few times, and small functions of all kinds, near and
// far, again and again in a loop.
import type { Label } from './assembler.js';
import { anyRegister, rowsOfKind, temporary, type Body, type Item } from './body.js';
import { computeWord } from './compute-items.js';
import { frameBytes, pointers, reserved, savedLinks } from './layout.js';

/** A function that was appended: where it starts, and what it does to its caller. */
export interface SmallFunction {
  readonly start: Label;
  /** It calls none: those that call some call only such. */
  readonly isLeaf: boolean;
  /** At times it returns behind the instruction that it was told to return to. */
  readonly skipsOne: boolean;
}

const { link } = reserved;
const branchRows = rowsOfKind('branch');
const compressedReturn = 0x8082;

/** A function of a few of the given items, which leave the link register alone, and a few calls of it. */
export function calling(items: Item): Item {
  return (body) => {
    const { random, code } = body;
    const [start, behind] = [code.label(), code.label()];
    code.jump('jal', {}, behind);
    code.place(start);
    for (let i = random.between(1, 5); i > 0; i--) items(body);
    code.emit('jalr', { rs1: link });
    code.place(behind);
    for (let i = random.between(1, 3); i > 0; i--) {
      code.jump('jal', { rd: link }, start);
      items(body);
    }
  };
}

/** A loop that calls small functions of the given items, some of them made for it, some long before. */
export function callingInLoop(items: Item): Item {
  return (body) => {
    const { random, code, functions } = body;
    if (functions.length < 3 || random.oneIn(2)) {
      const behind = code.label();
      code.jump('jal', {}, behind);
      for (let i = random.between(1, 3); i > 0; i--) functions.push(makeFunction(body, items));
      code.place(behind);
    }
    const [head, counter] = [code.label(), reserved.counter];
    code.emit('addi', { rd: counter, imm: random.between(3, random.oneIn(4) ? 120 : 25) });
    code.place(head);
    for (let i = random.between(1, 3); i > 0; i--) {
      if (random.oneIn(2)) items(body);
      callFunction(body, random.pick(functions));
    }
    code.emit('addi', { rd: counter, rs1: counter, imm: -1 });
    code.jump('bne', { rs1: counter }, head);
  };
}

/** By one instruction, or by the two that reach farther. */
function callFunction({ random, code }: Body, { start, skipsOne }: SmallFunction): void {
  if (random.oneIn(2)) code.jump('jal', { rd: link }, start);
  else {
    const distance = start.address - code.here;
    const upper = (distance + 0x800) & ~0xfff;
    code.emit('auipc', { rd: link, imm: upper });
    code.emit('jalr', { rd: link, rs1: link, imm: distance - upper });
  }
  if (skipsOne) code.raw(computeWord(random), 4);
}

function makeFunction(body: Body, items: Item): SmallFunction {
  const { random, code, functions } = body;
  const start = code.label();
  const leaves = functions.filter(({ isLeaf }) => isLeaf);
  code.place(start);
  if (leaves.length === 0 || random.oneIn(2)) {
    const skipsOne = random.oneIn(6);
    makeLeaf(body, items, skipsOne);
    return { start, isLeaf: true, skipsOne };
  }
  const callee = random.pick(leaves);
  if (random.oneIn(3)) {
    items(body);
    code.jump('jal', {}, callee.start);
    return { start, isLeaf: false, skipsOne: callee.skipsOne };
  }
  withFrame(body, savedLinks.callers, () => {
    items(body);
    callFunction(body, callee);
    if (random.oneIn(2)) items(body);
  });
  giveBack(body);
  return { start, isLeaf: false, skipsOne: false };
}

/** A function that calls none, and may return in two places. */
function makeLeaf(body: Body, items: Item, skipsOne: boolean): void {
  const { random, code } = body;
  const other = code.label();
  const some = (): void => {
    for (let i = random.between(1, 3); i > 0; i--) items(body);
  };
  if (skipsOne) {
    const distance = temporary(random);
    code.emit('andi', { rd: distance, rs1: reserved.counter, imm: 4 });
    code.emit('add', { rd: link, rs1: link, rs2: distance });
  }
  if (random.oneIn(3)) return (withFrame(body, savedLinks.leaves, some), giveBack(body));
  const isForked = random.oneIn(2);
  if (isForked) {
    const operands = { rs1: anyRegister(random), rs2: anyRegister(random) };
    code.jump(random.pick(branchRows).name, operands, other);
  }
  some();
  giveBack(body);
  if (!isForked) return;
  code.place(other);
  some();
  giveBack(body);
}

function giveBack({ random, code }: Body): void {
  if (random.oneIn(2)) code.raw(compressedReturn, 2);
  else code.emit('jalr', { rs1: link });
}

/**
 * Keeps the link register in one of the words from `links` on, where no other item stores, as compilers do at the top
 * of a frame.
 */
function withFrame({ code, functions }: Body, links: number, inside: () => void): void {
  const { register, offset } = pointers.find((one) => one.register === reserved.stack)!;
  const slot = links + (functions.length % savedLinks.count) * 8;
  const imm = slot - offset + frameBytes;
  code.emit('addi', { rd: register, rs1: register, imm: -frameBytes });
  code.emit('sd', { rs1: register, rs2: link, imm });
  inside();
  code.emit('ld', { rd: link, rs1: register, imm });
  code.emit('addi', { rd: register, rs1: register, imm: frameBytes });
}
