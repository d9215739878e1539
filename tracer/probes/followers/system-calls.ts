// Names of xv6's system calls by number. Trees number calls of their own from 22 up; ours start at 1000.

const names = [
  '', 'fork', 'exit', 'wait', 'pipe', 'read', 'kill', 'exec', 'fstat', 'chdir', 'dup', 'getpid', 'sbrk', 'sleep',
  'uptime', 'open', 'write', 'mknod', 'unlink', 'link', 'mkdir', 'close',
]; // prettier-ignore

const own: Readonly<Record<number, string>> = { 1000: 'free_frames' };

export function systemCallName(number: number): string {
  return names[number] || own[number] || `sys_${number}`;
}
