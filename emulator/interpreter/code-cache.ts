// The decoded code pages: which frame has which, decoding into them, and the one place that drops them.
import type { DecodedCode, DecodedSlot, RegionOwner } from '../decoded-code.js';
import { registerIndex, straddleOffset, workOffset } from '../hart/state.js';
import { analyseLoop, loopInstructionsMaximum } from '../idioms/loop-analysis.js';
import { analyseWait } from '../idioms/wait-analysis.js';
import type { LoopTable } from '../idioms/loop-table.js';
import { decode, type Decoded } from '../isa/index.js';
import { codePage, FrameFlag, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';
import type { TranslationBuffers } from '../mmu/translation-buffers.js';
import { addToPcHandlers, farJumpHandlers, jumpHandlers, packOperation, Special } from './operations.js';
import type { ProbeTable } from './probe-table.js';

/** Handlers that stand for the branch of a loop. */
const loopHandlers: ReadonlySet<number> = new Set([Special.memoryLoop, Special.waitLoop]);

interface RecognisedLoop {
  readonly handler: number;
  /** Address in the loop table. */
  readonly row: number;
}

const slotsInPage = codePage.bodyBytes / codePage.slotBytes;

export class CodeCache implements DecodedCode {
  regions: RegionOwner | undefined;
  private readonly words: Uint32Array;
  private readonly wide: BigInt64Array;
  private readonly halfwords: Uint16Array;
  private readonly flags: Uint8Array;
  /** Frame number of each pool page; -1 when free. */
  private readonly frames = new Int32Array(codePage.count).fill(-1);
  private readonly freePages: number[] = [];

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly buffers: TranslationBuffers,
    private readonly probes: ProbeTable,
    private readonly loops: LoopTable,
  ) {
    this.words = new Uint32Array(memory.buffer);
    this.wide = new BigInt64Array(memory.buffer);
    this.halfwords = new Uint16Array(memory.buffer);
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, layout.memoryBytes / pageBytes);
    for (let page = codePage.count - 1; page >= 0; page--) this.freePages.push(page);
  }

  /** Gives a frame a page of empty slots and returns its address; the frame's stores become slow. */
  allocate(frame: number): number {
    if (this.freePages.length === 0) this.dropAll();
    const page = this.freePages.pop()!;
    const address = this.layout.codePool + page * codePage.bytes;
    this.words.fill(0, address >> 2, (address + codePage.bytes) >> 2);
    this.loops.clear(page);
    this.fillRefetch(address, slotsInPage, slotsInPage + 2);
    this.frames[page] = frame;
    this.words[(this.layout.codeMap >> 2) + frame] = address;
    this.flags[frame] |= FrameFlag.code;
    this.buffers.forgetStores();
    return address;
  }

  /** Fills the straddle page of a hart with ways out; its last slot is written on demand. */
  prepareStraddle(hart: number): void {
    this.fillRefetch(hart + straddleOffset, 0, slotsInPage + 4);
    this.words[(hart + workOffset.straddleWord) >> 2] = 0;
  }

  /** Decodes the instruction that an empty slot stands for. */
  decodeSlot(slot: number): void {
    const physical = this.physicalOf(slot);
    const low = this.codeHalfword(physical);
    if ((physical & 0xffe) === 0xffe && (low & 3) === 3) {
      this.write(slot, physical, Special.straddle, 0);
      return;
    }
    const word = (low & 3) === 3 ? low | (this.codeHalfword(physical + 2) << 16) : low;
    const decoded = decode(word);
    const { low: operation, high } = packOperation(word, decoded);
    const loop = decoded && this.recogniseLoop(slot, physical, decoded);
    if (!loop) this.write(slot, physical, operation, high);
    else this.write(slot, physical, (operation & ~0xffff) | loop.handler, loop.row);
  }

  /** A word of code of a page with loops was overwritten: loops that contain it are no longer what they were. */
  loopOverwritten(frame: number, offset: number): void {
    const address = this.words[(this.layout.codeMap >> 2) + frame];
    if (this.loops.overlaps((address - this.layout.codePool) / codePage.bytes, offset)) this.drop(frame);
  }

  /** Decodes an instruction that crosses pages into the hart's straddle slot. */
  decodeStraddle(hart: number, word: number): void {
    const at = (hart + straddleOffset + codePage.bodyBytes - codePage.slotBytes) >> 2;
    const { low, high } = packOperation(word, decode(word));
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  pageOfFrame(frame: number): number {
    return this.words[(this.layout.codeMap >> 2) + frame];
  }

  frameOfPage(page: number): number {
    return this.frames[this.poolIndex(page)];
  }

  slotAt(page: number, offset: number): DecodedSlot | undefined {
    const slot = page + offset * 4;
    let handler = this.words[slot >> 2] & 0xffff;
    if (handler === Special.enterRegion) handler = this.halfwords[(page + codePage.originals + offset) >> 1];
    if (handler < Special.first && handler !== Special.probe && !loopHandlers.has(handler)) return undefined;
    const physical = this.physicalOf(slot);
    const probe = handler === Special.probe ? this.probes.at(physical) : undefined;
    const behind = probe ? this.halfwords[(page + codePage.probed + offset) >> 1] : handler;
    if (behind < Special.first && !loopHandlers.has(behind)) return undefined;
    const decoded = this.decodedAt(physical);
    const row = this.words[(slot >> 2) + 1];
    const loop = behind === Special.memoryLoop ? row : 0;
    const wait = behind === Special.waitLoop ? row : 0;
    // A jump to itself needs no compiler.
    if (wait !== 0 && decoded?.instruction.effect.kind === 'jump') return undefined;
    return decoded && { decoded, loop, wait, probe };
  }

  callTargets(page: number): number[] {
    const targets: number[] = [];
    for (let offset = 0; offset < pageBytes; offset += 2) {
      const slot = (page + offset * 4) >> 2;
      const handler = this.handlerAt(page, offset);
      const isFar = farJumpHandlers.has(handler) && offset >= 4;
      if (!isFar && !jumpHandlers.has(handler)) continue;
      if (((this.words[slot] >>> 16) & 0xff) === registerIndex.sink) continue;
      const immediate = this.words[slot + 1] | 0;
      if (!isFar) targets.push(offset + immediate / 4);
      else if (addToPcHandlers.has(this.handlerAt(page, offset - 4)))
        targets.push(offset - 4 + ((this.words[slot - 7] + immediate) | 0));
    }
    return targets;
  }

  /** The handler of a slot, whether or not a routine is entered there. */
  private handlerAt(page: number, offset: number): number {
    const handler = this.words[(page + offset * 4) >> 2] & 0xffff;
    if (handler !== Special.enterRegion) return handler;
    return this.halfwords[(page + codePage.originals + offset) >> 1];
  }

  enter(page: number, offset: number, number: number, entry: number): void {
    const slot = (page + offset * 4) >> 2;
    this.words[(page + codePage.entries + offset * 2) >> 2] = (number << 16) | entry;
    this.halfwords[(page + codePage.originals + offset) >> 1] = this.words[slot] & 0xffff;
    this.words[slot] = (this.words[slot] & ~0xffff) | Special.enterRegion;
  }

  leave(page: number, offset: number): void {
    this.words[(page + codePage.entries + offset * 2) >> 2] = 0;
    const slot = (page + offset * 4) >> 2;
    if ((this.words[slot] & 0xffff) !== Special.enterRegion) return;
    const original = this.halfwords[(page + codePage.originals + offset) >> 1];
    this.words[slot] = (this.words[slot] & ~0xffff) | original;
  }

  setCompiled(page: number, address: bigint | undefined): void {
    this.words[(page + codePage.compiled) >> 2] = address === undefined ? 0 : 1;
    if (address !== undefined) this.wide[(page + codePage.compiledAt) >> 3] = address;
  }

  leaveRunning(): void {
    this.buffers.refetchRunning();
  }

  /** Code of a frame with a compiled region was overwritten. */
  regionOverwritten(frame: number): void {
    this.dropRegion(this.pageOfFrame(frame));
  }

  /** Drops the decoded page of a frame, if it has one. */
  drop(frame: number): void {
    const entry = (this.layout.codeMap >> 2) + frame;
    const address = this.words[entry];
    if (address === 0) return;
    this.dropRegion(address);
    const page = (address - this.layout.codePool) / codePage.bytes;
    this.words[entry] = 0;
    this.flags[frame] &= ~FrameFlag.code;
    this.frames[page] = -1;
    this.freePages.push(page);
    this.buffers.forgetFetches();
  }

  dropAll(): void {
    for (const frame of this.frames) if (frame >= 0) this.drop(frame);
  }

  /** Encoding of the instruction at a slot; 16 bits for a compressed one. */
  rawInstruction(hart: number, slot: number): number {
    if (slot >= hart + straddleOffset && slot < hart + straddleOffset + codePage.bytes)
      return this.words[(hart + workOffset.straddleWord) >> 2];
    const physical = this.physicalOf(slot);
    const low = this.codeHalfword(physical);
    return (low & 3) === 3 ? (low | (this.codeHalfword(physical + 2) << 16)) >>> 0 : low;
  }

  /** Physical address of the instruction a slot stands for. */
  physicalOf(slot: number): number {
    const offset = slot - this.layout.codePool;
    const page = Math.floor(offset / codePage.bytes);
    return ramBase + this.frames[page] * pageBytes + (offset - page * codePage.bytes) / 4;
  }

  /** Empties the slot of an address so that it is decoded again: a probe came or went. */
  redecode(physical: number): void {
    const frame = (physical - ramBase) / pageBytes;
    const page = this.words[(this.layout.codeMap >> 2) + Math.floor(frame)];
    if (page === 0) return;
    this.dropRegion(page);
    if (this.words[(page + codePage.hasLoops) >> 2] !== 0) this.drop(Math.floor(frame));
    else this.words[(page + (physical & 0xffe) * 4) >> 2] = 0;
  }

  /** The same for an offset in all pages. */
  redecodeInEveryFrame(offset: number): void {
    for (const frame of this.frames) if (frame >= 0) this.redecode(ramBase + frame * pageBytes + offset);
  }

  /** The loop that a branch or jump closes, as the handler and row for its slot; none when one has a probe inside. */
  private recogniseLoop(slot: number, physical: number, branch: Decoded): RecognisedLoop | undefined {
    const distance = -branch.imm;
    const { kind } = branch.instruction.effect;
    if ((kind !== 'branch' && kind !== 'jump') || distance < 0) return undefined;
    if (distance > 4 * loopInstructionsMaximum || (physical & 0xfff) < distance) return undefined;
    if (this.probes.anyIn(physical - distance, physical + 4)) return undefined;
    const body = this.decodedBetween(physical - distance, physical);
    const loop = body && analyseLoop(body, branch, distance);
    const wait = body && !loop ? analyseWait(body, branch, distance) : undefined;
    const page = Math.floor((slot - this.layout.codePool) / codePage.bytes);
    const at = physical & 0xfff;
    const row = loop ? this.loops.add(page, at, loop) : wait ? this.loops.addWait(page, at, wait) : 0;
    if (row === 0) return undefined;
    this.words[(this.layout.codePool + page * codePage.bytes + codePage.hasLoops) >> 2] = 1;
    return { handler: loop ? Special.memoryLoop : Special.waitLoop, row };
  }

  /** The instructions of a run of code; undefined when they do not end where it ends. */
  private decodedBetween(from: number, to: number): Decoded[] | undefined {
    const found: Decoded[] = [];
    let at = from;
    while (at < to) {
      const decoded = this.decodedAt(at);
      if (!decoded) return undefined;
      found.push(decoded);
      at += decoded.length;
    }
    return at === to ? found : undefined;
  }

  private write(slot: number, physical: number, operation: number, high: number): void {
    let handler = operation & 0xffff;
    if (this.probes.isProbed(physical)) {
      const page = slot - (physical & (pageBytes - 1)) * 4;
      this.halfwords[(page + codePage.probed + (physical & (pageBytes - 1))) >> 1] = handler;
      handler = Special.probe;
    }
    this.words[slot >> 2] = (operation & ~0xffff) | handler;
    this.words[(slot >> 2) + 1] = high;
  }

  private dropRegion(page: number): void {
    if (this.words[(page + codePage.compiled) >> 2] !== 0) this.regions?.dropPage(page);
  }

  private poolIndex(page: number): number {
    return (page - this.layout.codePool) / codePage.bytes;
  }

  private decodedAt(physical: number): Decoded | undefined {
    const low = this.codeHalfword(physical);
    return decode((low & 3) === 3 ? low | (this.codeHalfword(physical + 2) << 16) : low);
  }

  private codeHalfword(physical: number): number {
    // Unsigned: in a machine of 2 GiB this is beyond 2^31.
    return this.halfwords[(this.layout.ram + physical - ramBase) >>> 1];
  }

  private fillRefetch(address: number, from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      this.words[(address >> 2) + 2 * slot] = Special.refetch | (registerIndex.sink << 16);
      this.words[(address >> 2) + 2 * slot + 1] = 0;
    }
  }
}
