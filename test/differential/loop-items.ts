// Random items of the kind that are done at once where they can be: loops that fill and copy memory. Some of the memory
// is not there, some is not aligned.
import { temporaries, type Body, type Item } from './body.js';
import { data, dataBase, pageBytes, scratchBytes, window } from './layout.js';

const elements = [
  { bytes: 1, load: 'lbu', store: 'sb' },
  { bytes: 1, load: 'lb', store: 'sb' },
  { bytes: 2, load: 'lh', store: 'sh' },
  { bytes: 4, load: 'lw', store: 'sw' },
  { bytes: 8, load: 'ld', store: 'sd' },
] as const;

/** Bytes that a loop covers at most, so that faults do not fill the log. */
const coveredMaximum = 600;

/** Where a loop begins: in scratch, or near the end of a page of the window, behind which anything may be. Machine
 * mode has no window, and there is a bus of devices on QEMU. */
function start({ random, mode }: Body, covered: number): bigint {
  const misaligned = random.oneIn(8) ? random.below(8) : 0;
  if (mode === 'machine' || random.oneIn(2))
    return BigInt(dataBase + data.scratch + (random.below(scratchBytes - covered - 8) & ~7) + misaligned);
  const page = random.below(window.strayPage - 1);
  return BigInt(window.base + (page + 1) * pageBytes - (random.below(covered) & ~7) + misaligned);
}

/** A fill or copy as compilers write it, counted by its end address. */
export const memoryLoop: Item = (body) => {
  const { random, code } = body;
  const { bytes, load, store } = random.pick(elements);
  const count = random.between(2, Math.floor(coveredMaximum / bytes));
  const [to, from, end, value] = temporaries(random, 4);
  const head = code.label();
  const isCopy = random.oneIn(2);
  const target = start(body, coveredMaximum);
  code.loadConstant(to, target);
  code.loadConstant(end, target + BigInt(count * bytes));
  if (isCopy) code.loadConstant(from, random.oneIn(3) ? target - 8n : start(body, coveredMaximum));
  else code.loadConstant(value, random.oneIn(2) ? 0n : random.next64());
  code.place(head);
  if (isCopy) {
    code.emit(load, { rd: value, rs1: from });
    code.emit('addi', { rd: from, rs1: from, imm: bytes });
  }
  code.emit(store, { rs1: to, rs2: value });
  code.emit('addi', { rd: to, rs1: to, imm: bytes });
  code.jump('bne', { rs1: to, rs2: end }, head);
};
