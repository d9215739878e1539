// The device tree that the kernel finds in a1, read back by dtc where it is installed.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { virtDeviceTree } from '../../emulator/devices/device-tree.js';
import { flatten } from '../../emulator/devices/flattened-device-tree.js';
import { unless } from '../support/skipped.js';

/** The blob as the device tree compiler reads it back; it fails on any malformed block. */
function decompile(blob: Uint8Array): string {
  const dtc = spawnSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts', '-'], { input: blob, encoding: 'utf8' });
  expect(dtc.stderr).toBe('');
  expect(dtc.status).toBe(0);
  return dtc.stdout;
}

const hasCompiler = spawnSync('dtc', ['--version']).status === 0;

/** The lines of one node, without its children, indentation or braces. */
function propertiesOf(source: string, name: string): string[] {
  const lines = source.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${name} {`);
  expect(start, `node ${name}`).toBeGreaterThanOrEqual(0);
  const end = lines.findIndex((line, at) => at > start && (line === '};' || line.endsWith('{')));
  return lines.slice(start + 1, end).filter((line) => line !== '');
}

describe('flattened device tree', () => {
  test('has the blocks of the specification, byte for byte', () => {
    const blob = flatten({
      properties: { cells: [1, 0xfffffffe], flag: true },
      children: { 'a@1': { properties: { cells: [], text: 'hi' } } },
    });
    const structure = [
      '00000001 00000000',
      '00000003 00000008 00000000 00000001 fffffffe',
      '00000003 00000000 00000006',
      '00000001 61403100',
      '00000003 00000000 00000000',
      '00000003 00000003 0000000b 68690000',
      '00000002 00000002 00000009',
    ];
    const strings = Buffer.from('cells\0flag\0text\0').toString('hex');
    const header =
      'd00dfeed 000000a0 00000038 00000090 00000028 00000011 00000010 00000000 00000010 00000058';
    const expected = [header, '00'.repeat(16), ...structure, strings].join('').replaceAll(' ', '');
    expect(Buffer.from(blob).toString('hex')).toBe(expected);
  });

  test('several texts follow each other', () => {
    const blob = flatten({ properties: { compatible: ['one', 'two'] } });
    expect(Buffer.from(blob).toString('latin1')).toContain('one\0two\0');
  });
});

describe.skipIf(!hasCompiler)(
  `device tree of the machine, read back by dtc${unless(hasCompiler, 'dtc')}`,
  () => {
    const source = hasCompiler
      ? decompile(virtDeviceTree({ harts: 3, memoryBytes: 128 * 2 ** 20, bootArguments: 'quiet' }))
      : '';

    test('memory, time base and console', () => {
      expect(propertiesOf(source, 'memory@80000000')).toContain('reg = <0x00 0x80000000 0x00 0x8000000>;');
      expect(propertiesOf(source, 'cpus')).toContain('timebase-frequency = <0x989680>;');
      expect(propertiesOf(source, 'chosen')).toEqual([
        'bootargs = "quiet";',
        'stdout-path = "/soc/serial@10000000";',
      ]);
    });

    test('a node for every hart, with what it can do', () => {
      expect(source.match(/cpu@\d+ \{/g)).toEqual(['cpu@0 {', 'cpu@1 {', 'cpu@2 {']);
      const hart = propertiesOf(source, 'cpu@2');
      expect(hart).toContain('riscv,isa = "rv64imafdc_zicsr_zifencei_zicntr_sstc";');
      expect(hart).toContain('mmu-type = "riscv,sv39";');
      expect(hart).toContain('reg = <0x02>;');
    });

    test('interrupts are wired as the bus and the controllers are', () => {
      expect(propertiesOf(source, 'plic@c000000')).toContain(
        'interrupts-extended = <0x03 0x0b 0x03 0x09 0x04 0x0b 0x04 0x09 0x05 0x0b 0x05 0x09>;',
      );
      expect(propertiesOf(source, 'clint@2000000')).toContain(
        'interrupts-extended = <0x03 0x03 0x03 0x07 0x04 0x03 0x04 0x07 0x05 0x03 0x05 0x07>;',
      );
      expect(propertiesOf(source, 'serial@10000000')).toContain('interrupts = <0x0a>;');
      expect(propertiesOf(source, 'virtio_mmio@10001000')).toContain('interrupts = <0x01>;');
      expect(propertiesOf(source, 'virtio_mmio@10008000')).toContain('interrupts = <0x08>;');
      expect(propertiesOf(source, 'test@100000')).toContain('phandle = <0x02>;');
      expect(propertiesOf(source, 'poweroff')).toContain('regmap = <0x02>;');
    });

    test('memory beyond 4 GiB takes both cells', () => {
      const large = decompile(virtDeviceTree({ harts: 1, memoryBytes: 6 * 2 ** 30 }));
      expect(propertiesOf(large, 'memory@80000000')).toContain('reg = <0x00 0x80000000 0x01 0x80000000>;');
    });
  },
);
