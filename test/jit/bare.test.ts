// Programs that change their own code, their page tables or what is watched see no difference between engines.
import { BareMachine } from '../support/bare-machine.js';

BareMachine.engine = { engine: 'jit' };
BareMachine.pieceCycles = 13;
await import('../engine/calls.test.js');
await import('../engine/changing-code.test.js');
await import('../engine/coherent-translation.test.js');
await import('../engine/memory-loops.test.js');
await import('../engine/observers.test.js');
await import('../engine/waiting-loops.test.js');
await import('../machine/traps.test.js');
