// Whether a hart may go on in user mode with translations that are no more: from the order of events alone, since the
// machine's own translations never are out of date.

/** Since a fence: where a hart has been in user mode, by root of the page table, and from which cycle on. */
interface Stay {
  fencedAt: number;
  /** The first of them, and mostly the only one: kernels fence on every way out. */
  root: number;
  cycle: number;
  readonly others: Map<number, number>;
}

export class CachedTranslations {
  private readonly stays: Stay[] = [];

  /**
   * A hart goes on in user mode under a root, having executed its last sfence.vma at `fencedAt`: true when something of
   * that page table was taken back (last at `narrowedAt`; -1 for never) after it had begun to use the table and cannot
   * have forgotten it. What was taken back in a table before a hart used it, its TLB cannot have.
   */
  returns(hart: number, root: number, cycle: number, fencedAt: number, narrowedAt: number): boolean {
    // Doubles from the beginning, as they will be: V8 compiles anew what has seen only small integers.
    const stay = (this.stays[hart] ??= { fencedAt: NaN, root: NaN, cycle: NaN, others: new Map() });
    if (stay.fencedAt !== fencedAt) {
      stay.fencedAt = fencedAt;
      stay.root = root;
      stay.cycle = cycle;
      if (stay.others.size > 0) stay.others.clear();
      return false;
    }
    const since = stay.root === root ? stay.cycle : stay.others.get(root);
    if (since !== undefined) return narrowedAt > since;
    stay.others.set(root, cycle);
    return false;
  }
}
