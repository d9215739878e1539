// Registers and memory of a moment's page.
import { integerRegisterNames } from '../../emulator/index.js';
import type { InstructionLine, Registers } from '../../tracer/moment/index.js';
import { escapeText, hex } from '../../text/index.js';

const columns = 3;
/** A name, and a 64-bit value in hexadecimal. */
const cellWidth = 28;

/** Three registers a line, zero left out. */
export function registerLines({ pc, x, csrs }: Registers): string[] {
  const cells = [
    ['pc', pc] as const,
    ...integerRegisterNames.slice(1).map((name, index) => [name, x[index + 1]] as const),
    ...Object.entries(csrs),
  ].map(([name, value]) => `${name.padEnd(8)} ${hex(value)}`);
  return Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => {
    const line = cells.slice(row * columns, (row + 1) * columns).map((cell) => cell.padEnd(cellWidth));
    return `  ${line.join(' ')}`.trimEnd();
  });
}

const bytesInLine = 16;

/** A hex dump with the bytes as text beside them. */
export function memoryLines(address: bigint, bytes: Uint8Array, length: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesInLine) {
    const piece = bytes.subarray(at, at + bytesInLine);
    const digits = [...piece].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...piece]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`  ${hex(address + BigInt(at)).padEnd(20)} ${digits.padEnd(3 * bytesInLine)} ${text}`);
  }
  const rest = length - bytes.length;
  const unread = `  the ${rest} bytes from ${hex(address + BigInt(bytes.length))} on are not mapped to memory`;
  return rest > 0 ? [...lines, unread] : lines;
}

/** Instructions, the present one marked. */
export function instructionLines(lines: readonly InstructionLine[], pc: bigint): string[] {
  return lines.map(({ address, bytes, text }) => {
    const code = [...bytes]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    const mark = address === pc ? '=>' : '  ';
    return `${mark} ${hex(address).padEnd(20)} ${code.padStart(8)}  ${escapeText(text)}`;
  });
}
