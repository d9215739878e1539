// An event in a few words, for the list of what has just happened. Guest text is escaped by the caller.
import { entryWords } from '../../analyzer/index.js';
import { frameOf, isTableEntry, type EventName } from '../../tracer/schema/index.js';
import type { EventLine } from '../../tracer/moment/index.js';
import { hex } from '../../text/index.js';

type Columns = EventLine['columns'];

const modes = ['user', 'supervisor', '?', 'machine'];

const words = {
  trap: (c) =>
    c['interrupt'] === 1n
      ? `interrupt ${text(c['cause'])} out of ${mode(c['from_mode'])} mode`
      : `exception ${text(c['cause'])} (value ${word(c['value'])}) out of ${mode(c['from_mode'])} mode`,
  trap_return: (c) => `return to ${mode(c['to_mode'])} mode at ${word(c['target'])}`,
  page_fault: (c) => `${text(c['access'])} page fault at ${word(c['va'])}: ${text(c['outcome'])}`,
  frame_alloc: (c) => `frame ${word(c['frame'])} taken, ${text(c['free_frames'])} left`,
  frame_free: (c) =>
    `frame ${word(c['frame'])} freed${c['already_free'] === 1n ? ' AGAIN' : ''}, ${text(c['free_frames'])} free`,
  kalloc: (c) => `allocator returns ${word(c['frame'])}`,
  kfree: (c) => `free function entered with ${word(c['frame'])}`,
  pte_write: (c) =>
    `${c['level'] === 0n ? 'page' : 'pages from'} ${word(c['va'])}: ${entry(c, 'before')} -> ${entry(c, 'after')}`,
  refcount_change: (c) => `count of ${word(c['frame'])}: ${text(c['before'])} -> ${text(c['after'])}`,
  syscall: (c) =>
    c['phase'] === 'enter'
      ? `${text(c['name'])}(${word(c['argument0'])}, ${word(c['argument1'])}, ${word(c['argument2'])})`
      : `${text(c['name'])} returns ${text(c['result'])}`,
  context_switch: (c) => `switches from process ${text(c['from_pid'])} to ${text(c['to_pid'])}`,
  process: (c) =>
    `process ${text(c['subject'])} (${text(c['name'])}): ${text(c['action'])}` +
    (c['status'] === null ? '' : `, status ${text(c['status'])}`),
  console: (c) => `console ${text(c['direction'])} ${JSON.stringify(text(c['text']))}`,
  marker: (c) => `marker ${text(c['id'])} with ${word(c['value'])}`,
  page_table: (c) => `page table ${word(c['table'])} (level ${text(c['level'])}) ${text(c['action'])}`,
  disk_request: (c) =>
    `disk ${c['write'] === 1n ? 'write' : 'read'} of ${text(c['bytes'])} bytes at sector ${text(c['sector'])}`,
  panic_call: (c) => `call ${text(c['depth'])} under way at the panic that follows`,
  panic: (c) => `panic: ${text(c['text'])}`,
  kernel_span: (c) => `kernel entry ${text(c['cause'])} ends`,
  probe_hit: probeWords,
  word_write: (c) =>
    `${text(c['name'])} at ${word(c['address'])}: ${word(c['before'])} -> ${word(c['after'])}`,
  location: (c) => text(c['function']),
  frame_write: (c) =>
    `the kernel stores to frame ${word(c['frame'])}, which has ${text(c['mappings'])} user mapping(s)`,
  free_frame_write: (c) => `the kernel stores to frame ${word(c['frame'])}, which is free`,
  lock_order: (c) => `lock ${text(c['lock'])} taken, then held: ${word(c['locks'])}`,
  fault_repeat: (c) =>
    `the same page fault, ${text(c['access'])} of ${word(c['va'])}, ${text(c['times'])} more time(s)`,
  lock: (c) => `lock ${text(c['number'])} is ${text(c['name'])}`,
} satisfies { [N in EventName]: (columns: Columns) => string };

function probeWords(c: Columns): string {
  const names = text(c['fields'] ?? null)
    .split(' ')
    .filter((name) => name !== '');
  const values = names.map((name, index) => `${name} ${word(c[`value${index}`] ?? null)}`);
  const what = c['phase'] === 'enter' ? 'entered' : 'left';
  return [`${text(c['function'])} ${what}`, ...values].join(', ');
}

/** Raw guest text may be in it. */
export function eventWords({ kind, columns }: EventLine): string {
  return words[kind](columns);
}

function text(value: bigint | string | null): string {
  return value === null ? 'nothing' : String(value);
}

function word(value: bigint | string | null): string {
  return typeof value === 'bigint' ? hex(BigInt.asUintN(64, value)) : text(value);
}

function mode(value: bigint | string | null): string {
  return modes[Number(value)] ?? '?';
}

/** An entry above the last level leads to a table, unless it has permissions of its own. */
function entry(columns: Columns, name: 'before' | 'after'): string {
  const value = columns[name];
  if (typeof value !== 'bigint') return '?';
  const isLink = columns['level'] !== 0n && isTableEntry(value);
  return isLink ? `table ${hex(frameOf(value))}` : entryWords(value);
}
