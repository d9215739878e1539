// Attribute forms and range lists that our compiler does not emit, in units written by hand after DWARF 5,
// chapter 7: indexed strings and addresses, indirect and implicit values, every kind of range list entry,
// type units, 64-bit DWARF.
import { describe, expect, it } from 'vitest';
import { DebugInfo, parseElf, underlying } from '../../tracer/symbols/index.js';
import { ByteWriter, buildElf } from '../support/elf-builder.js';

const base = 0x80000000;
const signature = 0x1122334455667788n;

const strings = new ByteWriter().string('unused').string('unit.c').string('first').string('number');
const stringOffset = (text: string) => Buffer.from(strings.bytes()).indexOf(text);

/** Each line: code, tag, has children, then attribute and form (and constant) pairs, then 0, 0. */
const abbreviations = new ByteWriter()
  .uleb(1, 0x11, 1, 0x03, 0x25, 0x72, 0x17, 0x73, 0x17, 0x74, 0x17, 0x11, 0x1b, 0, 0)
  .uleb(
    2,
    0x2e,
    0,
    0x2fff,
    0x1e,
    0x3000,
    0x0a,
    0x03,
    0x1a,
    0x11,
    0x29,
    0x12,
    0x0f,
    0x3b,
    0x21,
    42,
    0x3f,
    0x19,
    0,
    0,
  )
  .uleb(3, 0x2e, 0, 0x03, 0x16, 0x55, 0x23, 0, 0)
  .uleb(4, 0x34, 0, 0x03, 0x1f, 0x49, 0x20, 0x02, 0x18, 0, 0)
  .uleb(5, 0x34, 0, 0x03, 0x0e, 0x49, 0x10, 0x02, 0x18, 0, 0)
  .uleb(6, 0x24, 0, 0x03, 0x08, 0x0b, 0x0b, 0x3e, 0x0b, 0, 0)
  .uleb(7, 0x41, 1, 0, 0)
  .uleb(8, 0x13, 1, 0x03, 0x08, 0x0b, 0x0f, 0, 0)
  .uleb(9, 0x0d, 0, 0x03, 0x08, 0x38, 0x0b, 0, 0)
  .uleb(10, 0x11, 1, 0, 0)
  .uleb(0);

/** A unit with its length in front, in the 32-bit or 64-bit format. */
function unit(type: number, body: ByteWriter, long = false): ByteWriter {
  const header = new ByteWriter()
    .u16(5)
    .u8(type, 8)
    .integer(0, long ? 8 : 4);
  const length = header.length + body.length;
  const start = long ? new ByteWriter().u32(0xffffffff).u64(length) : new ByteWriter().u32(length);
  return start.append(header).append(body);
}

const structureOffset = 4 + 8 + 8 + 4 + 1;
const typeUnit = unit(
  2,
  new ByteWriter()
    .u64(signature)
    .u32(structureOffset)
    .uleb(7)
    .uleb(8)
    .string('pair')
    .uleb(16)
    .uleb(9)
    .string('second')
    .u8(8)
    .u8(0, 0),
);

function mainUnit(numberTypeOffset: number): ByteWriter {
  const body = new ByteWriter();
  body.uleb(1).u8(1).u32(8).u32(8).u32(12).uleb(0);
  body.uleb(2).append(new Uint8Array(16).fill(0xee)).u8(2, 0xaa, 0xbb).uleb(2).u8(1).uleb(0x10);
  body.uleb(3).uleb(0x08).string('scattered').uleb(0);
  body.uleb(4).u32(0).u64(signature).u8(2, 0xa1, 2);
  body.uleb(5).u32(stringOffset('number')).u32(numberTypeOffset);
  body.uleb(9, 0x03).u64(base + 0xf8);
  return unit(1, body.u8(0));
}

/** A 64-bit unit whose only entry is a base type, right behind its root. */
const longUnit = unit(1, new ByteWriter().uleb(10).uleb(6).string('quad').u8(8, 5).u8(0), true);
const longTypeOffset = 12 + 12 + 1;

const stringOffsets = new ByteWriter()
  .u32(16)
  .u16(5)
  .u16(0)
  .u32(0)
  .u32(stringOffset('unit.c'))
  .u32(stringOffset('first'));
const addresses = new ByteWriter().u32(36).u16(5).u8(8, 0);
for (const address of [base, base + 0x20, base + 0xf0, base + 0x60]) addresses.u64(address);

const list = new ByteWriter()
  .u8(4)
  .uleb(0x40, 0x44) // offset_pair from the unit's low_pc
  .u8(1)
  .uleb(3) // base_addressx: 0x60
  .u8(4)
  .uleb(0, 4)
  .u8(5)
  .u64(base + 0x70) // base_address
  .u8(4)
  .uleb(0, 4)
  .u8(2)
  .uleb(1, 3) // startx_endx: 0x20 … 0x60 is cut to what follows it
  .u8(3)
  .uleb(2, 4) // startx_length: 0xf0
  .u8(6)
  .u64(base + 0x80)
  .u64(base + 0x84) // start_end
  .u8(7)
  .u64(base + 0x90)
  .uleb(4) // start_length
  .u8(0);
const rangeLists = new ByteWriter().u32(0).u16(5).u8(8, 0).u32(1).u32(4).append(list);

function craft(): DebugInfo {
  const main = mainUnit(0);
  const numberType = typeUnit.length + main.length + longTypeOffset;
  const info = new ByteWriter().append(typeUnit).append(mainUnit(numberType)).append(longUnit);
  const section = (name: string, bytes: ByteWriter) => ({ name, bytes: bytes.bytes() });
  return DebugInfo.parse(
    parseElf(
      buildElf({
        sections: [
          { name: '.text', bytes: new Uint8Array(256), address: base, executable: true },
          section('.debug_info', info),
          section('.debug_abbrev', abbreviations),
          section('.debug_str', strings),
          section('.debug_line_str', new ByteWriter().string('both_words')),
          section('.debug_str_offsets', stringOffsets),
          section('.debug_addr', addresses),
          section('.debug_rnglists', rangeLists),
        ],
      }),
      'crafted',
    ),
  );
}

describe('units written by hand', () => {
  const info = craft();

  it('are read but for the symbols that are not there', () => {
    expect(info.warnings).toEqual([expect.stringMatching(/has no symbols/)]);
    expect(info.units.map((summary) => summary.name)).toEqual(['unit.c', '']);
  });

  it('give names and addresses by index, skipping unknown attributes', () => {
    const first = info.function('first');
    expect(first).toMatchObject({ low: BigInt(base + 0x20), high: BigInt(base + 0x30), isExternal: true });
    expect(first?.line).toBe(42);
  });

  it('give ranges of every kind', () => {
    const scattered = info.function('scattered');
    const ranges = scattered?.ranges.map(({ low, high }) => [Number(low) - base, Number(high) - base]);
    expect(ranges).toEqual([
      [0x40, 0x44],
      [0x60, 0x64],
      [0x70, 0x74],
      [0x20, 0x60],
      [0xf0, 0xf4],
      [0x80, 0x84],
      [0x90, 0x94],
    ]);
    expect(info.locationOf(BigInt(base + 0x92))?.function).toBe('scattered');
    expect(info.locationOf(BigInt(base + 0x96))).toBeUndefined();
  });

  it('give the type that a type unit defines', () => {
    expect(info.variable('both_words')).toMatchObject({
      address: BigInt(base + 0xf0),
      type: { kind: 'struct', name: 'pair', size: 16, members: [{ name: 'second', offset: 8 }] },
    });
  });

  it('follow references into another unit, of the 64-bit format', () => {
    const type = info.typeOf('number');
    expect(type && underlying(type)).toEqual({ kind: 'base', name: 'quad', size: 8, encoding: 'signed' });
    expect(info.variable('number')?.address).toBe(BigInt(base + 0xf8));
  });
});
