// Whether a call has returned by the time of a store, by the code: the caller stores itself, or has called what stores.
import type { DebugInfo } from '../../symbols/index.js';
import type { RawRecord } from '../raw-record.js';
import type { CallSites } from './call-sites.js';

export class ReturnedCalls {
  private readonly starts = new Map<number, bigint | undefined>();

  constructor(
    private readonly debug: DebugInfo,
    private readonly callSites: CallSites,
  ) {}

  /**
   * @param record a store by the hart that made the call
   * @param returnAddress of the call; 0 when it is not known
   */
  hasReturned(record: RawRecord, returnAddress: number): boolean {
    const caller = this.startAt(returnAddress);
    if (caller === undefined) return false;
    const site = this.callSites.lowOfStore(record);
    // What is called last in a function may return for it: to the same address, then.
    return this.startAt(record.pc) === caller || (site !== returnAddress && this.startAt(site) === caller);
  }

  /** Where the function begins that has an instruction before this address. */
  private startAt(address: number): bigint | undefined {
    if (!this.starts.has(address))
      this.starts.set(
        address,
        address === 0 ? undefined : this.debug.symbols.functionAt(BigInt(address))?.address,
      );
    return this.starts.get(address);
  }
}
