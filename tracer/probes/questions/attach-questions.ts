// The machine's side of questions: probes and watches that append the records which `Answers` reads.
import { RecordKind, type Machine } from '../../../emulator/index.js';
import { fieldsMaximum, type Field, type ProbeQuestion, type Questions } from './question.js';

const register = { ra: 1 } as const;

/** Sets the probes and watches on a machine that has not run yet. */
export function attachQuestions(machine: Machine, { probes, watches }: Questions): void {
  for (const { address, bytes } of watches) machine.watch.watchWords(address, bytes);
  for (const probe of probes)
    for (const address of probe.addresses)
      // As a breakpoint that never stops, since another probe may be at the address.
      machine.stops.setBreakpoint(address, (hart) => {
        appendHit(machine, probe, hart);
        return false;
      });
}

/** Fields in a..d, with what cannot be read marked in the lowest bits of the record's e, above which is ra. */
function appendHit(machine: Machine, { id, fields }: ProbeQuestion, hart: number): void {
  const values = fields.map((field) => valueOf(machine, hart, field));
  const unread = values.reduce((bits, value, index) => (value === undefined ? bits | (1 << index) : bits), 0);
  const [a, b, c, d] = Array.from({ length: fieldsMaximum }, (_, index) => values[index] ?? 0n);
  const state = machine.harts[hart];
  const site = (state.register(register.ra) << BigInt(fieldsMaximum)) | BigInt(unread);
  machine.ring.append(RecordKind.probe, id, state.read('pc'), a, b, c, d, BigInt.asUintN(64, site));
}

/** The value as 64 bits; undefined where a pointer leads nowhere. */
function valueOf(machine: Machine, hart: number, { register: number, steps }: Field): bigint | undefined {
  let value = machine.harts[hart].register(number);
  for (const { offset, bytes, signed } of steps) {
    const physical = machine.translate(hart, BigInt.asUintN(64, value + BigInt(offset)));
    if (physical === undefined || !machine.ram.contains(physical, bytes)) return undefined;
    const raw = [...machine.ram.read(physical, bytes)].reduceRight(
      (sum, byte) => (sum << 8n) | BigInt(byte),
      0n,
    );
    value = signed ? BigInt.asUintN(64, BigInt.asIntN(8 * bytes, raw)) : raw;
  }
  return value;
}
