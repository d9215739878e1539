// The console port with what passes it recorded as events, and the same for disk requests.
import type { ConsolePort, DeviceObserver } from './devices/device.js';
import type { Hart } from './hart/hart.js';
import { control } from './memory-layout.js';
import type { EventRing } from './ring/event-ring.js';
import { RecordKind, RecordSource } from './ring/records.js';

/** Where records go, and on whose behalf. */
export interface DeviceRecording {
  readonly ring: EventRing;
  readonly memory: WebAssembly.Memory;
  /** The hart that has the turn. */
  readonly hart: () => Hart;
}

/** Asks whether an event source is on. */
function switchOf({ memory }: DeviceRecording, source: number): () => boolean {
  const controls = new DataView(memory.buffer);
  return () => (controls.getInt32(control.sources, true) & source) !== 0;
}

/** The port, each of its bytes recorded before it is passed on. */
export function observedPort(port: ConsolePort, to: DeviceRecording): ConsolePort {
  const isOn = switchOf(to, RecordSource.console);
  const record = (byte: number, input: boolean): void => {
    if (!isOn()) return;
    to.ring.append(RecordKind.console, input ? 1 : 0, to.hart().read('pc'), BigInt(byte));
  };
  return {
    receive: (cycle) => {
      const byte = port.receive(cycle);
      if (byte !== undefined) record(byte, true);
      return byte;
    },
    transmitted: (byte, cycle) => {
      record(byte, false);
      port.transmitted(byte, cycle);
    },
  };
}

/** Records disk requests as they are notified. */
export function diskObserver(to: DeviceRecording): DeviceObserver {
  const isOn = switchOf(to, RecordSource.disk);
  return {
    diskRequested: (sector, bytes, write) => {
      if (!isOn()) return;
      const pc = to.hart().read('pc');
      to.ring.append(RecordKind.disk, write ? 1 : 0, pc, BigInt(sector), BigInt(bytes));
    },
  };
}
