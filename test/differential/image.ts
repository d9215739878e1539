// The memory image of a program: code, then what its data area holds at reset.
import { hardOperands } from '../float/operands.js';
import type { Random } from '../support/random.js';
import { codeBase, data, dataBase, handler, logEntries, logEntryBytes, scratchBytes } from './layout.js';
import type { Mode } from './harness.js';
import { frameWords, tableWords } from './translation.js';

/** The parts of the data area that are drawn at random, before any code. */
export interface InitialData {
  readonly registers: readonly bigint[];
  readonly scratch: readonly bigint[];
  readonly tables: readonly bigint[];
  readonly frames: readonly bigint[];
}

export function randomData(random: Random, mode: Mode): InitialData {
  const kinds = ['x', 's', 'd'] as const;
  const words = (count: number) =>
    Array.from({ length: count }, () => hardOperands(random, [random.pick(kinds)])[0]);
  return {
    registers: Array.from({ length: 64 }, (_, i) => hardOperands(random, [i < 32 ? 'x' : 'd'])[0]),
    scratch: words(scratchBytes / 8),
    tables: tableWords(random, mode),
    frames: frameWords(random),
  };
}

/** Everything from `codeBase` on; the trap at the address `end` will finish the program. */
export function memoryImage(
  code: Uint8Array,
  end: number,
  initial: InitialData,
  constants: readonly bigint[],
): Uint8Array {
  if (codeBase + code.length > dataBase) throw new Error('the code does not fit before the data');
  if (data.constants + 8 * constants.length > data.tables) throw new Error('there are too many constants');
  const image = new Uint8Array(dataBase - codeBase + data.end);
  image.set(code);
  const view = new DataView(image.buffer, dataBase - codeBase);
  const put = (offset: number, words: readonly bigint[]) => {
    words.forEach((word, i) => view.setBigUint64(offset + 8 * i, word, true));
  };
  const log = BigInt(dataBase + data.log);
  put(data.handler + handler.end, [BigInt(end), log, log + BigInt(logEntries * logEntryBytes), 0n]);
  put(data.scratch, initial.scratch);
  put(data.registers, initial.registers);
  put(data.constants, constants);
  put(data.tables, initial.tables);
  put(data.frames, initial.frames);
  return image;
}
