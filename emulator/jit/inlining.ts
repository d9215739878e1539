// Which functions are copied into their callers: small ones that call no others, but such as are copied themselves.
// Kernels take locks and ask which hart they run on everywhere; there, most of the time would be that of calling.
import { blocksOf } from './blocks.js';
import { Flow } from './flow.js';
import { isCall, type Step } from './steps.js';
import type { WindowCode } from './window-code.js';

/** Instructions of a function that is copied, with those that are copied into it. */
const instructionsMaximum = 72;

export class Inlining {
  /** By start; false also while a function is being looked at, since it may call itself. */
  private readonly known = new Map<number, boolean>();

  constructor(private readonly code: WindowCode) {}

  /** Whether calls of the function at an offset are replaced by copies of it. */
  readonly accepts = (start: number): boolean => {
    const known = this.known.get(start);
    if (known !== undefined) return known;
    this.known.set(start, false);
    const accepted = this.isSmall(start);
    this.known.set(start, accepted);
    return accepted;
  };

  private isSmall(start: number): boolean {
    if (!this.code.at(start)) return false;
    const flow = new Flow(this.code, start, this.accepts);
    const steps = [...flow.steps.values()];
    // What was never executed is rarely called: such a call may leave all that is compiled.
    const callsNone = [...flow.callees].every((callee) => !this.code.at(callee));
    if (flow.hasGap || !callsNone || steps.length > instructionsMaximum) return false;
    if (!steps.every(canBeCopied)) return false;
    // A loop is worth its call, and could be entered only from outside of the copy.
    return !blocksOf(flow).hasLoop;
  }
}

function canBeCopied({ decoded, probe, inlined, callee }: Step): boolean {
  const { effect } = decoded.instruction;
  if (probe?.onHit) return false;
  if (effect.kind === 'system') return effect.operation === 'fence';
  if (inlined || callee !== undefined || effect.kind !== 'jump_register') return true;
  return !isCall(decoded) && decoded.rs1 === 1 && decoded.imm === 0;
}
