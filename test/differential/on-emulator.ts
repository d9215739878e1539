// Runs a program on this project's emulator and returns what it printed.
import { defaultConfiguration, Machine } from '../../emulator/index.js';
import { codeBase, harts, ramBytes } from './layout.js';

/** Far more than a program takes. */
const cyclesMax = 100_000_000;

/** Console output of the image, started at `codeBase`; a last line says so when it did not power the machine off. */
export function runOnEmulator(image: Uint8Array): string {
  let output = '';
  const configuration = {
    ...defaultConfiguration,
    harts,
    memoryBytes: ramBytes,
    // A reservation ends with the turn, as it may; here it is to live as long as on QEMU.
    turnCycles: cyclesMax,
  };
  const boot = { entry: codeBase, segments: [{ address: codeBase, bytes: image }], disk: new Uint8Array(0) };
  const machine = new Machine(configuration, boot, {
    receive: () => undefined,
    transmitted: (byte) => {
      output += String.fromCharCode(byte);
    },
  });
  const reason = machine.run(cyclesMax);
  return reason === 'finished' ? output : `${output}\nthe emulator stopped with ${reason}\n`;
}
