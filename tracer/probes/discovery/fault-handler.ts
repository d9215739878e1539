// Which code serves page faults of programs, for people to read: the probes know faults from the machine. It is what
// reads the address of a fault and comes to the allocator, whatever it and the functions between are called.
import { hex } from '../../../text/index.js';
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import type { Finding } from './finding.js';
import { instructionsOf, memorySteps } from './memory-steps.js';
import type { RoleFunction } from './roles.js';

const stval = 0x143;
/** A function that reads a CSR and returns it. */
const readerBytesMaximum = 48;
/** Calls from the trap handler to the allocator at most. */
const depthMaximum = 3;

/** Lines about the functions found; none for a kernel that serves no faults by taking frames. */
export function faultHandlerFindings(debug: DebugInfo, allocator: RoleFunction | undefined): Finding[] {
  if (!allocator) return [];
  return debug.symbols.allFunctions().flatMap((code) => {
    if (!readsFaultAddress(debug, code) && !callsReader(debug, code)) return [];
    const path = pathTo(debug, code, allocator.entry);
    if (!path) return [];
    const through = path.length > 0 ? ` through ${path.join(', ')}` : '';
    return [
      {
        what: 'fault handler',
        where: `${code.name} at ${hex(Number(code.address))}`,
        sureness: 'likely' as const,
        why: `it reads stval and calls ${allocator.name}${through}`,
      },
    ];
  });
}

function readsFaultAddress(debug: DebugInfo, code: NamedRange): boolean {
  for (const { decoded } of instructionsOf(debug, code))
    if (decoded.instruction.effect.kind === 'csr' && decoded.imm === stval) return true;
  return false;
}

/** Unoptimized, the reading instruction has a function of its own. */
function callsReader(debug: DebugInfo, code: NamedRange): boolean {
  for (const step of memorySteps(debug, code)) {
    const called = step.kind === 'call' ? debug.symbols.functionAt(BigInt(step.target)) : undefined;
    if (called && called.size <= readerBytesMaximum && readsFaultAddress(debug, called)) return true;
  }
  return false;
}

/** Names of the functions between one and the callee, on a shortest way; undefined when there is none that short. */
function pathTo(debug: DebugInfo, from: NamedRange, callee: number): string[] | undefined {
  const seen = new Set<number>();
  let level: { code: NamedRange; path: string[] }[] = [{ code: from, path: [] }];
  for (let depth = 0; depth < depthMaximum; depth++) {
    const next: typeof level = [];
    for (const { code, path } of level)
      for (const step of memorySteps(debug, code)) {
        if (step.kind !== 'call' || seen.has(step.target)) continue;
        if (step.target === callee) return path;
        seen.add(step.target);
        const called = debug.symbols.functionAt(BigInt(step.target));
        if (called) next.push({ code: called, path: [...path, called.name] });
      }
    level = next;
  }
  return undefined;
}
