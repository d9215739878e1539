// A file of snapshots/: the state of a machine at a cycle, with the pages that changed since the snapshot before it.
// Little-endian. 16 bytes: magic, then u32 stored and u32 real length of the table; the table, deflated
// if these differ:
//   u32 × 4   lengths of what follows: state in bytes; repeating pages; other pages; blocks
//   u64 × 3   for each repeating page: its first word, the word that the others repeat, and its last
//   u32 × n   their numbers, then those of the other pages, then the stored length of each block
//   bytes     the state
// and the blocks, each deflated on its own: the content of 16 of the other pages, so that one page is read without most
// of the file.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import { ExitCode, UsageError } from '../../errors.js';
import { errorCode } from '../files/output-file.js';

/** What a snapshot holds; see PageDelta in the emulator for what the lists mean. */
export interface SnapshotContent {
  readonly cycle: number;
  readonly state: Uint8Array;
  readonly repeating: Uint32Array;
  readonly words: BigUint64Array;
  readonly pages: Uint32Array;
  /** Of all `pages`, one after another. */
  readonly content: Uint8Array;
}

const magic = Buffer.from('cowsnap', 'latin1');
/** The byte behind the magic. */
const version = 2;
const headerBytes = 16;
const countsBytes = 16;
const snapshotPageBytes = 4096;
/** Words that tell a repeating page. */
const wordsOfRepeating = 3;
const blockBytes = 16 * snapshotPageBytes;
/** Unpacking a small table takes longer than reading it; a replay reads all of them. */
const plainTableBytes = 1 << 18;
const compress = promisify(deflate) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>;

/** The file's pieces in order. Compression runs beside the caller, on Node's thread pool. */
export async function encodeSnapshot(snapshot: SnapshotContent): Promise<Uint8Array[]> {
  const { state, repeating, words, pages, content } = snapshot;
  const starts = Array.from(
    { length: Math.ceil(content.length / blockBytes) },
    (_, index) => index * blockBytes,
  );
  const blocks = await Promise.all(
    starts.map((at) => compress(content.subarray(at, at + blockBytes), { level: 1 })),
  );
  const lengths = Uint32Array.from(blocks, (block) => block.length);
  const counts = Uint32Array.of(state.length, repeating.length, pages.length, blocks.length);
  const table = Buffer.concat([counts, words, repeating, pages, lengths].map(bytesOf).concat([state]));
  const stored = table.length > plainTableBytes ? await compress(table, { level: 1 }) : table;
  const header = Buffer.concat([
    magic,
    Uint8Array.of(version),
    bytesOf(Uint32Array.of(stored.length, table.length)),
  ]);
  return [header, stored, ...blocks];
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A snapshot on disk; its pages are read when they are asked for. */
export class StoredSnapshot {
  readonly state: Uint8Array;
  readonly repeating: Uint32Array;
  readonly words: BigUint64Array;
  readonly pages: Uint32Array;
  /** Where each block starts in the file, and where the last ends. */
  private readonly blocks: readonly number[];
  private latest: { readonly block: number; readonly content: Uint8Array } | undefined;

  /**
   * Reads all but the pages.
   *
   * @param sha256 what the whole file must have (hex); empty when that is not known
   * @throws UsageError (65) when the file is missing, damaged or not the one of the run
   */
  constructor(
    readonly path: string,
    readonly cycle: number,
    sha256: string,
  ) {
    const file = this.guarded(() => readFileSync(path));
    if (sha256 !== '' && createHash('sha256').update(file).digest('hex') !== sha256)
      throw unreadable(path, 'is not the file of the run: it has been altered');
    if (file.length < headerBytes || !file.subarray(0, magic.length).equals(magic))
      throw unreadable(path, 'is no snapshot of this program');
    if (file[magic.length] !== version)
      throw unreadable(
        path,
        `has snapshot format ${file[magic.length]} and this version reads ${version}; run the program again`,
      );
    const end = headerBytes + file.readUInt32LE(8);
    const packed = new Uint8Array(file.subarray(headerBytes, end));
    const isPlain = packed.length === file.readUInt32LE(12);
    const table = isPlain ? packed : this.guarded(() => new Uint8Array(inflateSync(packed)));
    if (table.length < countsBytes) throw unreadable(path, 'is damaged: it has no table');
    const [stateBytes, repeating, pages, blocks] = new Uint32Array(table.buffer, 0, 4);
    const wordBytes = 8 * wordsOfRepeating * repeating;
    const expected = countsBytes + wordBytes + 4 * repeating + 4 * pages + 4 * blocks + stateBytes;
    if (table.length !== expected || blocks !== Math.ceil((pages * snapshotPageBytes) / blockBytes))
      throw unreadable(path, 'is damaged: its table does not fit');
    let at = countsBytes;
    const words = (count: number): Uint32Array =>
      new Uint32Array(table.buffer, (at += 4 * count) - 4 * count, count);
    this.words = new BigUint64Array(table.buffer, at, wordsOfRepeating * repeating);
    at += wordBytes;
    this.repeating = words(repeating);
    this.pages = words(pages);
    const lengths = words(blocks);
    this.state = table.subarray(at);
    const starts = [end];
    for (const length of lengths) starts.push(starts[starts.length - 1] + length);
    if (starts[blocks] !== file.length) throw unreadable(path, 'is damaged: it ends too early or too late');
    this.blocks = starts;
  }

  /** Content of `pages[index]`; valid until the next call. */
  content(index: number): Uint8Array {
    const at = index * snapshotPageBytes;
    const block = Math.floor(at / blockBytes);
    if (this.latest?.block !== block) this.latest = { block, content: this.readBlock(block) };
    return this.latest.content.subarray(at % blockBytes, (at % blockBytes) + snapshotPageBytes);
  }

  private readBlock(block: number): Uint8Array {
    const start = this.blocks[block];
    const stored = new Uint8Array(this.blocks[block + 1] - start);
    return this.guarded(() => {
      const descriptor = openSync(this.path, 'r');
      try {
        readSync(descriptor, stored, 0, stored.length, start);
      } finally {
        closeSync(descriptor);
      }
      return inflateSync(stored);
    });
  }

  private guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      const code = errorCode(error);
      if (code === '') throw error;
      throw unreadable(this.path, code.startsWith('Z_') ? 'is damaged' : `cannot be read (${code})`);
    }
  }
}

function unreadable(path: string, what: string): UsageError {
  return new UsageError(`${path} ${what}`, ExitCode.unreadableTrace);
}
