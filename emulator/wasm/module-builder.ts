// Assembles functions into a WebAssembly module with one imported memory (core spec, chapter 5).
import { ByteWriter } from './bytes.js';
import type { FunctionReference, FunctionType, ValueType } from './expression.js';
import { FunctionBuilder } from './function-builder.js';

type Result = ValueType | 'void';
interface Signature {
  readonly parameters: readonly ValueType[];
  readonly result: Result;
}

const typeByte: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e };
const section = { custom: 0, type: 1, import: 2, function: 3, table: 4, export: 7, code: 10 };

export class ModuleBuilder {
  private readonly signatures: Signature[] = [];
  private readonly imports: { name: string; type: number }[] = [];
  private readonly functions: { type: number; body?: Uint8Array }[] = [];
  private readonly exports: { name: string; kind: number; index: number }[] = [];
  private tableElements: number | undefined;
  private importedTable: { name: string; elements: number } | undefined;

  /** A function of the host, from the import module `host`. All imports come before the first `declare`. */
  import<R extends Result>(name: string, parameters: readonly ValueType[], result: R): FunctionReference<R> {
    if (this.functions.length > 0) throw new Error('imports come before functions');
    this.imports.push({ name, type: this.signature({ parameters, result }) });
    return { index: this.imports.length - 1, parameters, result };
  }

  /** Reserves a function, so that others may call it before it is defined. */
  declare<R extends Result>(parameters: readonly ValueType[], result: R): FunctionReference<R> {
    this.functions.push({ type: this.signature({ parameters, result }) });
    return { index: this.imports.length + this.functions.length - 1, parameters, result };
  }

  define(target: FunctionReference, build: (f: FunctionBuilder) => void): void {
    const builder = new FunctionBuilder(target.parameters);
    build(builder);
    this.functions[target.index - this.imports.length].body = builder.finish();
  }

  /** A type that functions of the table may have. */
  type<R extends Result>(parameters: readonly ValueType[], result: R): FunctionType<R> {
    return { type: this.signature({ parameters, result }), parameters, result };
  }

  /** Gives the module a table of functions, all null at first, and exports it. */
  exportTable(name: string, elements: number): void {
    this.tableElements = elements;
    this.exports.push({ name, kind: 1, index: 0 });
  }

  /** Uses a table of the host, of at least `elements` functions, instead of one of its own. */
  importTable(name: string, elements: number): void {
    this.importedTable = { name, elements };
  }

  /** Declares and defines at once. */
  function<R extends Result>(
    parameters: readonly ValueType[],
    result: R,
    build: (f: FunctionBuilder) => void,
  ): FunctionReference<R> {
    const reference = this.declare(parameters, result);
    this.define(reference, build);
    return reference;
  }

  export(name: string, target: FunctionReference): void {
    this.exports.push({ name, kind: 0, index: target.index });
  }

  /** The module's bytes. Its memory is imported as `host.memory`, of at least `pages` 64 KiB pages. */
  finish(pages: number): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.section(out, section.type, this.signatures, (body, signature) => {
      body.byte(0x60);
      body.sized(Uint8Array.from(signature.parameters, (type) => typeByte[type]));
      body.sized(Uint8Array.from(signature.result === 'void' ? [] : [typeByte[signature.result]]));
    });
    this.importSection(out, pages);
    this.section(out, section.function, this.functions, (body, f) => body.unsigned(f.type));
    if (this.tableElements !== undefined) {
      this.section(out, section.table, [this.tableElements], (body, elements) => {
        body.append([0x70, 0x00]);
        body.unsigned(elements);
      });
    }
    this.section(out, section.export, this.exports, (body, item) => {
      body.name(item.name);
      body.byte(item.kind);
      body.unsigned(item.index);
    });
    this.section(out, section.code, this.functions, (body, f) => {
      if (!f.body) throw new Error('a declared function was never defined');
      body.sized(f.body);
    });
    this.nameSection(out);
    return out.finish() as Uint8Array<ArrayBuffer>;
  }

  private importSection(out: ByteWriter, pages: number): void {
    const memory = { name: 'memory', type: -1 };
    const table = this.importedTable && { name: this.importedTable.name, type: -1 };
    this.section(out, section.import, [...this.imports, memory, ...(table ? [table] : [])], (body, item) => {
      body.name('host');
      body.name(item.name);
      if (item === memory) {
        body.append([0x02, 0x00]);
        body.unsigned(pages);
      } else if (item === table) {
        body.append([0x01, 0x70, 0x00]);
        body.unsigned(this.importedTable!.elements);
      } else {
        body.byte(0);
        body.unsigned(item.type);
      }
    });
  }

  /** Gives functions the names they are exported by, for whoever profiles (core spec, appendix 7.4.1). */
  private nameSection(out: ByteWriter): void {
    const functionNames = 1;
    const named = this.exports.filter(({ kind }) => kind === 0).sort((a, b) => a.index - b.index);
    const names = new ByteWriter();
    names.unsigned(named.length);
    for (const { index, name } of named) {
      names.unsigned(index);
      names.name(name);
    }
    const body = new ByteWriter();
    body.name('name');
    body.byte(functionNames);
    body.sized(names.finish());
    out.byte(section.custom);
    out.sized(body.finish());
  }

  private section<T>(
    out: ByteWriter,
    id: number,
    items: readonly T[],
    write: (body: ByteWriter, item: T) => void,
  ): void {
    const body = new ByteWriter();
    body.unsigned(items.length);
    for (const item of items) write(body, item);
    out.byte(id);
    out.sized(body.finish());
  }

  private signature(wanted: Signature): number {
    const key = JSON.stringify(wanted);
    const known = this.signatures.findIndex((signature) => JSON.stringify(signature) === key);
    if (known >= 0) return known;
    return this.signatures.push({ parameters: wanted.parameters, result: wanted.result }) - 1;
  }
}
