// Builds one function body statement by statement; labels are counted here so that callers never see branch depths.
import { ByteWriter } from './bytes.js';
import { Local, type Effectful, type Expression, type I32, type ValueType } from './expression.js';

/** A target for branches: the end of a block or if, or the head of a loop. */
export interface Label {
  readonly depth: number;
}

const typeByte: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e };
const emptyBlock = 0x40;

export class FunctionBuilder {
  private readonly code = new ByteWriter();
  private readonly locals: ValueType[] = [];
  private depth = 0;

  constructor(private readonly parameterTypes: readonly ValueType[]) {}

  /** Parameter `index` as a local. */
  parameter<T extends ValueType>(type: T, index: number): Local<T> {
    if (this.parameterTypes[index] !== type) throw new Error(`parameter ${index} is no ${type}`);
    return new Local(type, index);
  }

  /** A fresh local, zero or set to `initial`. */
  local<T extends ValueType>(type: T, initial?: Expression<T>): Local<T> {
    const local = new Local(type, this.parameterTypes.length + this.locals.length);
    this.locals.push(type);
    if (initial) this.set(local, initial);
    return local;
  }

  set<T extends ValueType>(local: Local<T>, value: Expression<T>): void {
    value.emit(this.code);
    this.code.byte(0x21);
    this.code.unsigned(local.index);
  }

  do(statement: Effectful): void {
    statement.emit(this.code);
  }

  drop(value: Expression<ValueType>): void {
    value.emit(this.code);
    this.code.byte(0x1a);
  }

  /** Opens a block that `close` ends: for more blocks than callbacks would nest. */
  open(): Label {
    this.code.append([0x02, emptyBlock]);
    return { depth: this.depth++ };
  }

  /** Ends the innermost open block. */
  close(): void {
    this.depth--;
    this.code.byte(0x0b);
  }

  block(body: (end: Label) => void): void {
    this.nested(0x02, body);
  }

  loop(body: (again: Label) => void): void {
    this.nested(0x03, body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    condition.emit(this.code);
    this.code.append([0x04, emptyBlock]);
    this.depth++;
    then();
    if (otherwise) {
      this.code.byte(0x05);
      otherwise();
    }
    this.depth--;
    this.code.byte(0x0b);
  }

  branch(label: Label): void {
    this.code.byte(0x0c);
    this.code.unsigned(this.distance(label));
  }

  branchIf(condition: I32, label: Label): void {
    condition.emit(this.code);
    this.code.byte(0x0d);
    this.code.unsigned(this.distance(label));
  }

  /** Branches to `labels[selector]`, or to `otherwise` beyond them. */
  branchTable(selector: I32, labels: readonly Label[], otherwise: Label): void {
    selector.emit(this.code);
    this.code.byte(0x0e);
    this.code.unsigned(labels.length);
    for (const label of [...labels, otherwise]) this.code.unsigned(this.distance(label));
  }

  return(value?: Expression<ValueType>): void {
    value?.emit(this.code);
    this.code.byte(0x0f);
  }

  unreachable(): void {
    this.code.byte(0x00);
  }

  /** One block a case, so that `case i` runs after a branch to `labels[i]`; cases do not fall through. */
  switch(selector: I32, cases: readonly (() => void)[], otherwise: () => void): void {
    this.block((end) => {
      this.block((unmatched) => {
        this.nestedCases(cases, 0, [], (labels) => this.branchTable(selector, labels, unmatched), end);
      });
      otherwise();
    });
  }

  private nestedCases(
    cases: readonly (() => void)[],
    index: number,
    labels: Label[],
    dispatch: (labels: readonly Label[]) => void,
    end: Label,
  ): void {
    if (index === cases.length) return dispatch([...labels].reverse());
    const position = cases.length - 1 - index;
    this.block((label) => {
      labels.push(label);
      this.nestedCases(cases, index + 1, labels, dispatch, end);
    });
    cases[position]();
    this.branch(end);
  }

  /** The body with its local declarations, as the code section wants it. */
  finish(): Uint8Array {
    const body = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const run of runs) {
      body.unsigned(run.count);
      body.byte(typeByte[run.type]);
    }
    body.append(this.code.finish());
    body.byte(0x0b);
    return body.finish();
  }

  private nested(opcode: number, body: (label: Label) => void): void {
    this.code.append([opcode, emptyBlock]);
    const label = { depth: this.depth++ };
    body(label);
    this.depth--;
    this.code.byte(0x0b);
  }

  private distance(label: Label): number {
    const distance = this.depth - label.depth - 1;
    if (distance < 0) throw new Error('branch to a label that is not open');
    return distance;
  }
}
