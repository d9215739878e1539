// One paused QEMU hart, driven over the remote debugging protocol: registers, CSRs and memory set and read, one
// instruction stepped at a time. It judges vectors and shares no code with this project.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { CSR } from './vector.js';
import type { CsrName } from './vector.js';

const QEMU = 'qemu-system-riscv64';
/** Without physical memory protection every mode reaches all memory, as after reset without its entries. */
const ARGUMENTS =
  '-machine virt -cpu rv64,pmp=false -m 32M -bios none -display none -serial none -monitor none -S -gdb stdio';

export function hasQemu(): boolean {
  try {
    execFileSync(QEMU, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function toHex(value: bigint, bytes: number): string {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer.toString('hex', 0, bytes);
}

function fromHex(text: string): bigint {
  return Buffer.from(text.padEnd(16, '0'), 'hex').readBigUInt64LE();
}

export class QemuDebugger {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting: ((reply: string) => void)[] = [];
  private received = '';
  private acknowledges = true;
  /** Numbers of registers by name, from QEMU's own description. */
  private readonly numbers = new Map<string, number>();

  private constructor() {
    this.child = spawn(QEMU, ARGUMENTS.split(' '), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.setEncoding('latin1');
    this.child.stdout.on('data', (text: string) => this.receive(text));
  }

  static async start(): Promise<QemuDebugger> {
    const debug = new QemuDebugger();
    await debug.request('qSupported:xmlRegisters=riscv');
    await debug.request('QStartNoAckMode');
    debug.acknowledges = false;
    await debug.readDescription('target.xml');
    return debug;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  async readRegister(name: string): Promise<bigint> {
    return fromHex(await this.request(`p${this.number(name)}`));
  }

  async writeRegister(name: string, value: bigint): Promise<void> {
    this.accept(await this.request(`P${this.number(name)}=${toHex(value, 8)}`), `writing ${name}`);
  }

  /** x0..x31 and the pc. */
  async readIntegers(): Promise<bigint[]> {
    const text = await this.request('g');
    return Array.from({ length: 33 }, (_, number) => fromHex(text.slice(16 * number, 16 * number + 16)));
  }

  async writeIntegers(values: readonly bigint[]): Promise<void> {
    this.accept(
      await this.request('G' + values.map((value) => toHex(value, 8)).join('')),
      'writing registers',
    );
  }

  async readMemory(address: bigint, bytes: number): Promise<bigint> {
    return fromHex(await this.request(`m${address.toString(16)},${bytes}`));
  }

  async writeMemory(address: bigint, bytes: number, value: bigint): Promise<void> {
    const text = `M${address.toString(16)},${bytes}:${toHex(value, bytes)}`;
    this.accept(await this.request(text), 'writing memory');
  }

  /** Executes one instruction. */
  async step(): Promise<void> {
    await this.request('s');
  }

  /** CSRs stand in the order of their numbers, also those that QEMU leaves out because they are disabled now. */
  private number(name: string): string {
    const firstCsr = (this.numbers.get('mscratch') ?? NaN) - CSR.mscratch;
    const number = name in CSR ? firstCsr + CSR[name as CsrName] : this.numbers.get(name);
    if (number === undefined) throw new Error(`QEMU describes no register ${name}`);
    return number.toString(16);
  }

  private accept(reply: string, what: string): void {
    if (reply !== 'OK') throw new Error(`${what}: QEMU answered ${reply}`);
  }

  /** Collects register numbers from a description and the ones it includes. */
  private async readDescription(file: string): Promise<void> {
    let text = '';
    for (let reply = 'm'; reply.startsWith('m'); text += reply.slice(1)) {
      reply = await this.request(`qXfer:features:read:${file}:${text.length.toString(16)},ffb`);
    }
    let next = Math.max(-1, ...this.numbers.values()) + 1;
    for (const [, attributes] of text.matchAll(/<reg ([^>]*)>/g)) {
      const name = /name="([^"]*)"/.exec(attributes)?.[1] ?? '';
      next = Number(/regnum="([^"]*)"/.exec(attributes)?.[1] ?? next);
      this.numbers.set(name, next++);
    }
    for (const [, included] of text.matchAll(/include href="([^"]*)"/g)) await this.readDescription(included);
  }

  private request(packet: string): Promise<string> {
    const sum = [...packet].reduce((total, character) => total + character.charCodeAt(0), 0) & 0xff;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin.write(`$${packet}#${sum.toString(16).padStart(2, '0')}`);
    });
  }

  private receive(text: string): void {
    this.received += text;
    for (;;) {
      const reply = /\$([^#]*)#../.exec(this.received);
      if (reply === null) return;
      this.received = this.received.slice(reply.index + reply[0].length);
      if (this.acknowledges) this.child.stdin.write('+');
      this.waiting.shift()?.(reply[1]);
    }
  }
}
