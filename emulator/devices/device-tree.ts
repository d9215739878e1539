// The device tree that tells a kernel what this machine has, with the names and shapes of QEMU's `virt`. Only
// what is really there is listed: no PCI, no flash. The real-time clock is left out: who needs it knows its address.
import { addressMap, interruptSource, ramBase, type RegionName } from './address-map.js';
import { flatten, type DeviceTreeNode } from './flattened-device-tree.js';
import { plicSources } from './plic.js';

/** What the tree tells the kernel of the machine. */
export interface MachineDescription {
  /** 1 to 8. */
  readonly harts: number;
  readonly memoryBytes: number;
  /** The kernel's command line. */
  readonly bootArguments?: string;
  /** Units of mtime per second; 10,000,000 by default. */
  readonly timebaseHertz?: number;
}

const isa = 'rv64imafdc_zicsr_zifencei_zicntr_sstc';
/** Interrupt numbers at a hart's own controller: bit positions in `mip`. */
const hartInterrupt = {
  machineSoftware: 3,
  machineTimer: 7,
  supervisorExternal: 9,
  machineExternal: 11,
} as const;
/** Phandles: the hart controllers follow from 3 on. */
const phandle = { plic: 1, finisher: 2, firstHart: 3 } as const;

/** The flattened tree, as the machine hands it over in `a1`. */
export function virtDeviceTree(machine: MachineDescription): Uint8Array {
  return flatten({
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'riscv-virtio,cowtrace',
    },
    children: {
      chosen: chosen(machine),
      poweroff: systemControl('syscon-poweroff', 0x5555),
      reboot: systemControl('syscon-reboot', 0x7777),
      [`memory@${ramBase.toString(16)}`]: {
        properties: { device_type: 'memory', reg: range(ramBase, machine.memoryBytes) },
      },
      cpus: processors(machine),
      soc: systemOnChip(machine.harts),
    },
  });
}

function chosen({ bootArguments }: MachineDescription): DeviceTreeNode {
  const output = { 'stdout-path': `/soc/${unitName('serial', 'uart')}` };
  return { properties: bootArguments === undefined ? output : { bootargs: bootArguments, ...output } };
}

function systemControl(compatible: string, value: number): DeviceTreeNode {
  return { properties: { value: [value], offset: [0], regmap: [phandle.finisher], compatible } };
}

function processors({ harts, timebaseHertz = 10_000_000 }: MachineDescription): DeviceTreeNode {
  const children: Record<string, DeviceTreeNode> = {};
  for (let hart = 0; hart < harts; hart++) {
    children[`cpu@${hart}`] = {
      properties: {
        device_type: 'cpu',
        reg: [hart],
        status: 'okay',
        compatible: 'riscv',
        'riscv,isa': isa,
        'mmu-type': 'riscv,sv39',
      },
      children: { 'interrupt-controller': hartController(hart) },
    };
  }
  const properties = { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [timebaseHertz] };
  return { properties, children };
}

function hartController(hart: number): DeviceTreeNode {
  return {
    properties: {
      '#interrupt-cells': [1],
      'interrupt-controller': true,
      compatible: 'riscv,cpu-intc',
      phandle: [phandle.firstHart + hart],
    },
  };
}

function systemOnChip(harts: number): DeviceTreeNode {
  const children: Record<string, DeviceTreeNode> = {
    [unitName('serial', 'uart')]: {
      properties: {
        interrupts: [interruptSource.uart],
        'interrupt-parent': [phandle.plic],
        'clock-frequency': [3_686_400],
        reg: registers('uart'),
        compatible: 'ns16550a',
      },
    },
    [unitName('test', 'finisher')]: {
      properties: {
        phandle: [phandle.finisher],
        reg: registers('finisher'),
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
      },
    },
    [unitName('plic', 'plic')]: interruptController(harts),
    [unitName('clint', 'clint')]: {
      properties: {
        'interrupts-extended': toEveryHart(harts, hartInterrupt.machineSoftware, hartInterrupt.machineTimer),
        reg: registers('clint'),
        compatible: ['sifive,clint0', 'riscv,clint0'],
      },
    },
    ...virtioSlots(),
  };
  const properties = {
    '#address-cells': [2],
    '#size-cells': [2],
    compatible: 'simple-bus',
    ranges: true as const,
  };
  return { properties, children };
}

function interruptController(harts: number): DeviceTreeNode {
  return {
    properties: {
      phandle: [phandle.plic],
      'riscv,ndev': [plicSources - 1],
      reg: registers('plic'),
      'interrupts-extended': toEveryHart(
        harts,
        hartInterrupt.machineExternal,
        hartInterrupt.supervisorExternal,
      ),
      'interrupt-controller': true,
      compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
      '#address-cells': [0],
      '#interrupt-cells': [1],
    },
  };
}

/** Highest address first, the order in which QEMU lists them. */
function virtioSlots(): Record<string, DeviceTreeNode> {
  const slots: Record<string, DeviceTreeNode> = {};
  const names = addressMap.map((region) => region.name).filter((name) => name.startsWith('virtio'));
  for (let slot = names.length - 1; slot >= 0; slot--) {
    slots[unitName('virtio_mmio', names[slot])] = {
      properties: {
        interrupts: [interruptSource.virtio0 + slot],
        'interrupt-parent': [phandle.plic],
        reg: registers(names[slot]),
        compatible: 'virtio,mmio',
      },
    };
  }
  return slots;
}

function toEveryHart(harts: number, first: number, second: number): number[] {
  const wires: number[] = [];
  for (let hart = 0; hart < harts; hart++) {
    wires.push(phandle.firstHart + hart, first, phandle.firstHart + hart, second);
  }
  return wires;
}

function regionOf(name: RegionName): (typeof addressMap)[number] {
  const region = addressMap.find((candidate) => candidate.name === name);
  if (region === undefined) throw new Error(`the address map has no region ${name}`);
  return region;
}

function unitName(kind: string, name: RegionName): string {
  return `${kind}@${regionOf(name).base.toString(16)}`;
}

function registers(name: RegionName): number[] {
  const { base, size } = regionOf(name);
  return range(base, size);
}

/** An address and a length, two cells each. */
function range(base: number, size: number): number[] {
  return [Math.floor(base / 2 ** 32), base >>> 0, Math.floor(size / 2 ** 32), size >>> 0];
}
