// From a raw record of a store to the place its function was called from: ra, or the word where a framed function
// saved it, by what the debug information says about the pc. Answers are kept per pc.
import type { Word64Column } from '../../arrow/index.js';
import type { DebugInfo, ReturnAddressRule } from '../../symbols/index.js';
import type { Emitter } from '../emitter.js';
import { PcTable } from './pc-table.js';
import { operand, type RawRecord } from '../raw-record.js';

/** Numbers of the rules in the table of the pcs seen last. */
const ruleNumbers: Record<ReturnAddressRule, number> = { ra: 1, frame: 2, unknown: 3 };

export class CallSites {
  private readonly rules = new Map<number, number>();
  private readonly recent = new PcTable();

  constructor(
    private readonly debug: DebugInfo,
    private readonly emitter: Emitter,
  ) {}

  /** Appends the return address in the caller of the function that stored; 0 when it cannot be told. */
  appendOfStore(column: Word64Column, record: RawRecord): void {
    const rule = this.ruleOf(record);
    if (rule === ruleNumbers.ra) this.emitter.appendCallSite(column, record.low(operand.d), 0);
    else if (rule === ruleNumbers.frame)
      this.emitter.appendCallSite(column, record.low(operand.e), record.high(operand.e));
    else column.append(0, 0);
  }

  /** Low half of that return address. */
  lowOfStore(record: RawRecord): number {
    const rule = this.ruleOf(record);
    if (rule === ruleNumbers.ra) return record.low(operand.d) >>> 0;
    return rule === ruleNumbers.frame ? record.low(operand.e) >>> 0 : 0;
  }

  private ruleOf(record: RawRecord): number {
    const { pcLow, pcHigh } = record;
    if (pcHigh !== 0) return this.lookUp(record.pc);
    if (pcLow === 0) return ruleNumbers.unknown;
    const known = this.recent.get(pcLow);
    if (known !== 0) return known;
    const rule = this.lookUp(record.pc);
    this.recent.enter(pcLow, rule);
    return rule;
  }

  private lookUp(pc: number): number {
    let rule = this.rules.get(pc);
    if (rule === undefined)
      this.rules.set(pc, (rule = ruleNumbers[this.debug.returnAddressRule(BigInt(pc))]));
    return rule;
  }
}
