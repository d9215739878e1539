// The code that a start leads to, step by step. Calls are not followed, but for those of small functions: each gets a
// copy of the function in their place.
import { pageBytes } from '../memory-layout.js';
import {
  calleeOf,
  changesMappings,
  contextOf,
  isCall,
  isCompilable,
  isTrap,
  isTrapReturn,
  offsetOf,
  placeOf,
  targetOf,
  type Place,
  type Step,
} from './steps.js';
import type { CodeInstruction, WindowCode } from './window-code.js';

/** The optimising compiler takes more than twice as long for twice as much. */
const stepsMaximum = 600;

/** Says of the function at an offset whether it is copied into its callers. */
export type IsInlined = (target: number) => boolean;

export class Flow {
  readonly steps = new Map<Place, Step>();
  /** Where more than one way leads to; and those that are entered from outside. */
  readonly leaders = new Set<Place>();
  readonly entries = new Set<Place>();
  /** Starts of the routines it calls. */
  readonly callees = new Set<number>();
  readonly start: Place;
  /** Places that nothing had executed yet. */
  readonly gaps = new Set<Place>();
  /** Some instruction on the way is the interpreter's. */
  hasGap = false;
  private readonly pending: Place[] = [];
  /** Of each context, where its function returns to. */
  private readonly returns: Place[] = [NaN];
  private readonly functions: ReadonlySet<number>;

  constructor(
    private readonly code: WindowCode,
    start: number,
    private readonly isInlined: IsInlined,
  ) {
    this.functions = new Set(code.callTargets);
    this.start = placeOf(0, start);
    this.leadTo(this.start, true);
    // Nearest first, so that what does not fit is what is farthest away.
    for (let index = 0; index < this.pending.length; index++) {
      if (this.steps.size >= stepsMaximum) break;
      for (
        let place: Place | undefined = this.pending[index];
        place !== undefined;
        place = this.visit(place)
      );
    }
  }

  /** A place that is branched to, or where execution comes back from elsewhere: then it is an entry, if it can be. */
  private leadTo(place: Place, isEntry: boolean): void {
    this.leaders.add(place);
    if (isEntry && contextOf(place) === 0) this.entries.add(place);
    this.pending.push(place);
  }

  /** Adds the step at a place; where to look next, unless that is for later. */
  private visit(place: Place): Place | undefined {
    if (this.steps.has(place)) {
      this.leaders.add(place);
      return undefined;
    }
    const [context, offset] = [contextOf(place), offsetOf(place)];
    const one = this.code.at(offset);
    if (!one) {
      this.gaps.add(place);
      // An instruction across the page's end is the interpreter's, which comes back behind it.
      if ((offset & (pageBytes - 1)) === pageBytes - 2) this.comeBackTo(placeOf(context, offset + 4));
      return undefined;
    }
    const next = placeOf(context, offset + one.decoded.length);
    if (!isCompilable(one)) {
      this.comeBackTo(next);
      return undefined;
    }
    return this.add(one, place, next);
  }

  /** The interpreter comes back at a place, if it is known to. */
  private comeBackTo(place: Place): void {
    this.hasGap = true;
    if (this.code.at(offsetOf(place))) this.leadTo(place, true);
  }

  private add(one: CodeInstruction, place: Place, next: Place): Place | undefined {
    const { decoded } = one;
    if (isCall(decoded)) return this.addCall(one, place, next);
    if (decoded.instruction.effect.kind === 'jump_register') {
      const back = this.returns[contextOf(place)];
      if (contextOf(place) === 0) this.put(one, place, undefined);
      else this.put(one, place, back, undefined, 'return');
      return contextOf(place) === 0 ? undefined : back;
    }
    if (isTrap(decoded) || isTrapReturn(decoded)) {
      this.put(one, place, undefined);
      if (isTrap(decoded)) this.comeBackTo(next);
      return undefined;
    }
    const at = targetOf(one);
    const target = at === undefined ? undefined : placeOf(contextOf(place), at);
    const goesOn = decoded.instruction.effect.kind === 'jump' ? undefined : next;
    this.put(one, place, goesOn, target);
    if (changesMappings(decoded)) this.leadTo(next, true);
    if (at !== undefined && this.functions.has(at) && at !== offsetOf(this.start)) this.callees.add(at);
    else if (target !== undefined) this.leadTo(target, false);
    return goesOn;
  }

  /** Written out member by member: a tenth of a compilation was copying these. */
  private put(
    { decoded, loop, wait, probe, offset, page }: CodeInstruction,
    place: Place,
    next: Place | undefined,
    target?: Place,
    inlined?: Step['inlined'],
    callee?: number,
  ): void {
    const step = { decoded, loop, wait, probe, offset, page, place, next, target, inlined, callee };
    this.steps.set(place, step);
  }

  private addCall(one: CodeInstruction, place: Place, next: Place): Place | undefined {
    const at = calleeOf(this.code, one);
    const returnsToPage = this.code.pageOf(offsetOf(next)) === one.page;
    if (at !== undefined && one.decoded.rd === 1 && returnsToPage && this.isInlined(at)) {
      this.returns.push(next);
      const copy = placeOf(this.returns.length - 1, at);
      this.put(one, place, copy, undefined, 'call', at);
      return copy;
    }
    this.put(one, place, next, undefined, undefined, at);
    if (at !== undefined) this.callees.add(at);
    this.leadTo(next, true);
    return undefined;
  }
}
