// The toy kernel with a shell: alone, with a child that shares all its pages, and back from a system call.
import type { EventRowInput } from './event-rows.js';
import { ToyKernel, type Manner, type Process } from './toy-kernel.js';

/** A kernel that has booted, and its shell, which has executed its program. */
export function toy(manner: Manner = {}): { kernel: ToyKernel; shell: Process } {
  const kernel = new ToyKernel(manner);
  const shell = kernel.fork(kernel.boot('init'));
  kernel.exec(shell, 'sh');
  return { kernel, shell };
}

/** A shell that has forked a child: text at 0 and data at 0x1000 are shared. */
export function sharing(): { kernel: ToyKernel; shell: Process; child: Process } {
  const { kernel, shell } = toy();
  return { kernel, shell, child: kernel.fork(shell) };
}

/** The end of a system call in a kernel entry of its own. */
export function leave(kernel: ToyKernel, process: Process, name: string, columns: EventRowInput): void {
  kernel.story.inside(process.pid, name, (entry) => {
    kernel.story.emit('syscall', entry, '', { phase: 'leave', name, ...columns });
  });
}
