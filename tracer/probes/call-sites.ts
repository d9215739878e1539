// From a raw record of a store to the place its function was called from: ra, or the word where a framed function
// saved it, by what the debug information says about the pc. Answers are kept per pc.
import type { DebugInfo, ReturnAddressRule } from '../symbols/index.js';
import { PcTable } from './pc-table.js';
import type { RawRecord } from './raw-record.js';

/** Numbers of the rules in the table of the pcs seen last. */
const ruleNumbers: Record<ReturnAddressRule, number> = { ra: 1, frame: 2, unknown: 3 };

export class CallSites {
  private readonly rules = new Map<number, number>();
  private readonly recent = new PcTable();

  constructor(private readonly debug: DebugInfo) {}

  /** Return address in the caller of the function that stored; 0 when it cannot be told. */
  ofStore(record: RawRecord): number {
    const { pc } = record;
    if (pc === 0) return 0;
    const rule = this.recent.get(pc) || this.lookUp(pc);
    if (rule === ruleNumbers.ra) return record.low('d');
    return rule === ruleNumbers.frame ? record.number('e') : 0;
  }

  private lookUp(pc: number): number {
    let rule = this.rules.get(pc);
    if (rule === undefined)
      this.rules.set(pc, (rule = ruleNumbers[this.debug.returnAddressRule(BigInt(pc))]));
    this.recent.enter(pc, rule);
    return rule;
  }
}
