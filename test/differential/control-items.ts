// Random items that change the flow of control: forward branches and jumps of every form around a few simple items,
// and loops of a known number of rounds.
import type { Label } from './assembler.js';
import { anyRegister, freeRegister, rowsOfKind, temporary, type Body, type Item } from './body.js';
import { reserved } from './layout.js';

const branchRows = rowsOfKind('branch');

type Jump = (body: Body, target: Label) => void;

const fullJumps: readonly Jump[] = [
  ({ random, code }, target) => code.jump('jal', { rd: freeRegister(random) }, target),
  ({ random, code }, target) => {
    const rs1 = temporary(random);
    const from = code.here;
    code.emit('auipc', { rd: rs1 });
    // Bit 0 of the sum is to be ignored.
    code.relative('jalr', { rd: freeRegister(random), rs1 }, from, target, random.below(2));
  },
];

function registerJump(halfword: (rs1: number) => number): Jump {
  return ({ random, code }, target) => {
    const rs1 = temporary(random);
    const from = code.here;
    code.emit('auipc', { rd: rs1 });
    code.relative('addi', { rd: rs1, rs1 }, from, target);
    code.raw(halfword(rs1), 2);
  };
}

const compressedJumps: readonly Jump[] = [
  ({ code }, target) => code.compressedJump('jal', 0, target),
  ({ random, code }, target) => code.compressedJump('beq', random.between(8, 15), target),
  ({ random, code }, target) => code.compressedJump('bne', random.between(8, 15), target),
  registerJump((rs1) => 0x8002 | (rs1 << 7)), // c.jr
];

/** c.jalr, which writes the link register. */
const linkingJump = registerJump((rs1) => 0x9002 | (rs1 << 7));

const branch: Jump = ({ random, code }, target) => {
  const rs1 = anyRegister(random);
  const rs2 = random.oneIn(4) ? rs1 : anyRegister(random);
  code.jump(random.pick(branchRows).name, { rs1, rs2 }, target);
};

/** A jump or branch over one to three of the given items. Within a small function it must keep the link register. */
export function skipping(items: Item, keepsLink = false): Item {
  const compressed = keepsLink ? compressedJumps : [...compressedJumps, linkingJump];
  return (body) => {
    const { random, code } = body;
    const target = code.label();
    random.pick([branch, branch, random.pick(fullJumps), random.pick(compressed)])(body, target);
    for (let i = random.between(1, 3); i > 0; i--) items(body);
    code.place(target);
  };
}

/** A few of the given items, several times over. */
export function looping(items: Item): Item {
  return (body) => {
    const { random, code } = body;
    const [start, counter] = [code.label(), reserved.counter];
    code.emit('addi', { rd: counter, imm: random.between(2, random.oneIn(8) ? 200 : 8) });
    code.place(start);
    for (let i = random.between(2, 6); i > 0; i--) items(body);
    code.emit('addi', { rd: counter, rs1: counter, imm: -1 });
    code.jump('bne', { rs1: counter }, start);
  };
}
