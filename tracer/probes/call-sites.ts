// From a raw record of a store to the place its function was called from: ra, or the word where a framed function
// saved it, by what the debug information says about the pc. Answers are kept per pc.
import type { DebugInfo, ReturnAddressRule } from '../symbols/index.js';
import type { RawRecord } from './raw-record.js';

export class CallSites {
  private readonly rules = new Map<number, ReturnAddressRule>();

  constructor(private readonly debug: DebugInfo) {}

  /** Return address in the caller of the function that stored; 0 when it cannot be told. */
  ofStore(record: RawRecord): number {
    const { pc } = record;
    if (pc === 0) return 0;
    let rule = this.rules.get(pc);
    if (rule === undefined) this.rules.set(pc, (rule = this.debug.returnAddressRule(BigInt(pc))));
    if (rule === 'ra') return record.number('d');
    return rule === 'frame' ? record.number('e') : 0;
  }
}
