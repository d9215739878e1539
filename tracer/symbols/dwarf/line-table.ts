// The line table of a whole file: rows packed in typed arrays, grouped in sequences of ascending addresses.
import { lastAtMost } from '../address.js';
import { RangeIndex, type Span } from '../range-index.js';
import type { RowSink } from './line-program.js';

/** Rows first (included) to last (excluded); the span is the code they cover. */
interface Sequence extends Span {
  readonly first: number;
  readonly last: number;
}

const initialCapacity = 4096;

/** Collects rows of several programs; `build` gives the searchable table. */
export class LineTableBuilder implements RowSink {
  private addresses = new Float64Array(initialCapacity);
  private lines = new Uint32Array(initialCapacity);
  /** File number << 1 | is statement. */
  private files = new Uint32Array(initialCapacity);
  private count = 0;
  private sequenceStart = 0;
  private readonly sequences: Sequence[] = [];
  private readonly fileNumbers = new Map<string, number>();
  private programFiles: readonly string[] = [];
  private programFileNumbers: number[] = [];

  /** @param isCode whether an address lies in code that was kept; sequences of discarded code are dropped. */
  constructor(private readonly isCode: (address: number) => boolean) {}

  /** The following rows belong to a program with these files. */
  startProgram(files: readonly string[]): void {
    this.programFiles = files;
    this.programFileNumbers = [];
    this.count = this.sequenceStart;
  }

  row(address: number, file: number, line: number, isStatement: boolean): void {
    if (this.count === this.addresses.length) this.grow();
    this.addresses[this.count] = address;
    this.lines[this.count] = line;
    this.files[this.count++] = (this.fileNumber(file) << 1) | (isStatement ? 1 : 0);
  }

  endSequence(address: number): void {
    const first = this.sequenceStart;
    const start = this.addresses[first];
    if (this.count > first && address > start && this.isCode(start)) {
      this.sortRows(first, this.count);
      this.sequences.push({ start: this.addresses[first], end: address, first, last: this.count });
      this.sequenceStart = this.count;
    }
    this.count = this.sequenceStart;
  }

  build(): LineTable {
    return new LineTable(
      this.addresses,
      this.lines,
      this.files,
      [...this.fileNumbers.keys()],
      this.sequences,
    );
  }

  private fileNumber(programFile: number): number {
    const known = this.programFileNumbers[programFile];
    if (known !== undefined) return known;
    const path = this.programFiles[programFile] ?? '';
    let number = this.fileNumbers.get(path);
    if (number === undefined) this.fileNumbers.set(path, (number = this.fileNumbers.size));
    if (programFile < this.programFiles.length) this.programFileNumbers[programFile] = number;
    return number;
  }

  private grow(): void {
    const capacity = this.addresses.length * 2;
    const addresses = new Float64Array(capacity);
    const lines = new Uint32Array(capacity);
    const files = new Uint32Array(capacity);
    addresses.set(this.addresses);
    lines.set(this.lines);
    files.set(this.files);
    [this.addresses, this.lines, this.files] = [addresses, lines, files];
  }

  /** Addresses ascend within a sequence by definition (DWARF 5, 6.2.5); damaged ones are put in order. */
  private sortRows(first: number, last: number): void {
    const { addresses, lines, files } = this;
    let ascending = true;
    for (let row = first + 1; row < last && ascending; row++)
      ascending = addresses[row] >= addresses[row - 1];
    if (ascending) return;
    const rows = Array.from({ length: last - first }, (_, index) => ({
      address: addresses[first + index],
      line: lines[first + index],
      file: files[first + index],
    }));
    rows.sort((a, b) => a.address - b.address);
    rows.forEach((row, index) => {
      addresses[first + index] = row.address;
      lines[first + index] = row.line;
      files[first + index] = row.file;
    });
  }
}

/** A file as the line table names it, and a line from 1 on. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

export class LineTable {
  private readonly index: RangeIndex<Sequence>;

  constructor(
    private readonly addresses: Float64Array,
    private readonly lines: Uint32Array,
    private readonly files: Uint32Array,
    /** Every source file that a row names. */
    readonly fileNames: readonly string[],
    sequences: readonly Sequence[],
  ) {
    this.index = new RangeIndex(sequences);
  }

  get rowCount(): number {
    return this.index.spans.reduce((sum, sequence) => sum + sequence.last - sequence.first, 0);
  }

  /** The line of the instruction at `address`: that of the last row at or before it. */
  at(address: number): SourceLine | undefined {
    const sequence = this.index.at(address);
    if (sequence === undefined) return undefined;
    const rows = this.addresses.subarray(sequence.first, sequence.last);
    const row = sequence.first + lastAtMost(rows, rows.length, address);
    return { file: this.fileNames[this.files[row] >>> 1], line: this.lines[row] };
  }

  /**
   * Ascending distinct addresses at which a statement of that line begins. `file` may be the end of a path.
   */
  addressesOf(file: string, line: number): number[] {
    const isWanted = this.fileNames.map((name) => name === file || name.endsWith(`/${file}`));
    const found = new Set<number>();
    for (const { first, last } of this.index.spans) {
      for (let row = first; row < last; row++) {
        const isStatement = (this.files[row] & 1) === 1;
        if (this.lines[row] === line && isStatement && isWanted[this.files[row] >>> 1]) {
          found.add(this.addresses[row]);
        }
      }
    }
    return [...found].sort((a, b) => a - b);
  }
}
