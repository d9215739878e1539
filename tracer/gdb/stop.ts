// Why execution stopped, whichever way it went; and how the client is told (GDB manual, appendix E.3).

/** What the client has asked to be stopped for: the packets Z0 to Z4. */
export type StopKind = 'software_breakpoint' | 'hardware_breakpoint' | 'write' | 'read' | 'access';

/** Why execution stopped. */
export type Stop =
  /** The hart is about to execute a breakpoint's instruction. */
  | {
      readonly kind: 'software_breakpoint' | 'hardware_breakpoint';
      readonly hart: number;
      readonly pc: bigint;
    }
  /** The hart has accessed watched memory; going backwards, it is about to. `address` is the watchpoint's. */
  | { readonly kind: 'write' | 'read' | 'access'; readonly hart: number; readonly address: bigint }
  /** A step is done; or Ctrl-C; or the recording's first or last position is reached. */
  | { readonly kind: 'step' | 'interrupt' | 'begin' | 'end'; readonly hart: number };

const words = {
  software_breakpoint: 'swbreak:;',
  hardware_breakpoint: 'hwbreak:;',
  step: '',
  interrupt: '',
  begin: 'replaylog:begin;',
  end: 'replaylog:end;',
} as const;

const watchWords = { write: 'watch', read: 'rwatch', access: 'awatch' } as const;
const signal = { trap: '05', interrupt: '02' } as const;

/** The T packet of a stop; `registers` are those the client would ask for next, as `NUMBER:VALUE;`. */
export function stopReply(stop: Stop, registers: string): string {
  const reason =
    'address' in stop ? `${watchWords[stop.kind]}:${stop.address.toString(16)};` : words[stop.kind];
  const number = stop.kind === 'interrupt' ? signal.interrupt : signal.trap;
  return `T${number}thread:${threadOf(stop.hart)};${reason}${registers}`;
}

/** gdb counts threads from 1: 0 and -1 mean any and all. */
export function threadOf(hart: number): string {
  return (hart + 1).toString(16);
}
