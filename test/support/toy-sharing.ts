// The toy kernel with two processes that share all their pages.
import { ToyKernel, type Process } from './toy-kernel.js';

/** A shell that has forked a child: text at 0 and data at 0x1000 are shared. */
export function sharing(): { kernel: ToyKernel; shell: Process; child: Process } {
  const kernel = new ToyKernel();
  const shell = kernel.fork(kernel.boot('init'));
  kernel.exec(shell, 'sh');
  return { kernel, shell, child: kernel.fork(shell) };
}
