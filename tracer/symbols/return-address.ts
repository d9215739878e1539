// Where the return address of a function is while it executes: from call frame information, else from its
// code.
import { fromAddress, toAddress } from './address.js';
import type { CallFrames } from './dwarf/call-frames.js';
import type { FrameRow } from './dwarf/frame-row.js';
import type { ElfFile } from './elf.js';
import { flowAt } from './riscv-flow.js';
import type { NamedRange, SymbolTable } from './symbol-table.js';

export const Register = { ra: 1, sp: 2, s0: 8 } as const;

/**
 * `ra`: in register ra. `frame`: in the word at s0-8. `unknown`: elsewhere or undecided.
 */
export type ReturnAddressRule = 'ra' | 'frame' | 'unknown';

/** The register itself, or the word at a register plus offset. */
export type ReturnAddressLocation =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'memory'; readonly register: number; readonly offset: number };

const frameSlot = -8;

/** Answers where the return address is at a pc: by frame information, else by the function’s code. */
export class ReturnAddresses {
  constructor(
    private readonly elf: ElfFile,
    private readonly symbols: SymbolTable,
    private readonly frames: CallFrames,
  ) {}

  /** Where the function at `pc` has its return address, just before the instruction there. */
  locate(pc: bigint): ReturnAddressLocation | undefined {
    const row = this.frames.rowAt(pc);
    return row === undefined ? this.locateByCode(pc) : locationIn(row);
  }

  rule(pc: bigint): ReturnAddressRule {
    const location = this.locate(pc);
    if (location === undefined) return 'unknown';
    if (location.kind === 'register') return location.register === Register.ra ? 'ra' : 'unknown';
    if (location.register === Register.s0 && location.offset === frameSlot) return 'frame';
    // Saved relative to sp: in a prologue, before any call, the register still has it as well.
    return this.isUnchanged(pc) ? 'ra' : 'unknown';
  }

  /** Whether no path from the entry of the function to `pc` can have written ra. */
  private isUnchanged(pc: bigint): boolean {
    const code = this.codeOf(pc);
    if (code === undefined) return false;
    const stop = Number(pc - code.address);
    for (let offset = 0; ;) {
      const flow = flowAt(code.bytes, offset);
      if (flow === undefined) return true;
      const writes = flow.kind === 'call' || flow.kind === 'write_ra' || flow.kind === 'restore_ra';
      if (writes && offset < stop) return false;
      const target = offset + flow.offset;
      const isLoop = (flow.kind === 'jump' || flow.kind === 'branch') && target >= 0 && target <= stop;
      if (offset >= stop && isLoop) return false;
      offset += flow.length;
    }
  }

  /**
   * Without frame information: follows the prologue and epilogues that compilers write for functions with
   * frame pointers. Code behind an unconditional jump is taken to be body again.
   */
  private locateByCode(pc: bigint): ReturnAddressLocation | undefined {
    const code = this.codeOf(pc);
    if (code === undefined) return undefined;
    const inRegister = { kind: 'register', register: Register.ra } as const;
    const inFrame = { kind: 'memory', register: Register.s0, offset: frameSlot } as const;
    let body: ReturnAddressLocation | undefined = inRegister;
    let current: ReturnAddressLocation | undefined = inRegister;
    let savedAt: number | undefined;
    const stop = Number(pc - code.address);
    for (let offset = 0; offset < stop;) {
      const flow = flowAt(code.bytes, offset);
      if (flow === undefined) break;
      if (flow.kind === 'save_ra') savedAt = flow.offset;
      else if (flow.kind === 'set_frame' && savedAt === flow.offset + frameSlot) current = body = inFrame;
      else if (flow.kind === 'restore_ra') current = inRegister;
      else if (flow.kind === 'return' || flow.kind === 'jump' || flow.kind === 'indirect') current = body;
      else if ((flow.kind === 'call' || flow.kind === 'write_ra') && current === inRegister) {
        current = body = undefined;
      }
      offset += flow.length;
    }
    return current;
  }

  private codeOf(pc: bigint): { address: bigint; bytes: Uint8Array } | undefined {
    const bounds: NamedRange | undefined = this.symbols.functionAt(pc);
    if (bounds === undefined) return undefined;
    return { address: bounds.address, bytes: codeBytes(this.elf, bounds.address, bounds.size) };
  }
}

function locationIn(row: FrameRow): ReturnAddressLocation | undefined {
  const rule = row.rules.get(row.returnAddressRegister);
  if (rule === undefined || rule.kind === 'same') {
    return { kind: 'register', register: row.returnAddressRegister };
  }
  if (rule.kind === 'register') return { kind: 'register', register: rule.value };
  if (rule.kind !== 'offset' || row.cfa === undefined) return undefined;
  return { kind: 'memory', register: row.cfa.register, offset: row.cfa.offset + rule.value };
}

/** The bytes of code at an address, as far as the section that holds it reaches; empty when none does. */
export function codeBytes(elf: ElfFile, address: bigint, size: number): Uint8Array {
  const start = toAddress(address);
  const section = elf.sections.find(
    (candidate) =>
      candidate.allocated && candidate.address <= start && start < candidate.address + candidate.bytes.length,
  );
  if (section === undefined) return new Uint8Array(0);
  const offset = start - section.address;
  return section.bytes.subarray(offset, offset + size);
}

/**
 * The address of the call that returns to `returnAddress`: inside the call instruction, which is enough for
 * lookups.
 */
export function callSiteOf(returnAddress: bigint): bigint {
  return fromAddress(toAddress(returnAddress) - 1);
}
