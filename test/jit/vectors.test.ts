// Compiled code does what the vectors say; each case is compiled on its own.
import { executeOnMachine } from '../support/vector-machine.js';
import { describeVectors } from '../isa/vector-suite.js';
import { allVectors } from '../isa/vectors.js';

const execute = executeOnMachine('jit');
for (const [title, vectors] of Object.entries(allVectors)) describeVectors(`jit: ${title}`, vectors, execute);
