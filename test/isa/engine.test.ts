// The machine's interpreter does what the vectors say, traps and system instructions included.
import { executeOnMachine } from '../support/vector-machine.js';
import { describeVectors } from './vector-suite.js';
import { allVectors } from './vectors.js';

const execute = executeOnMachine();
for (const [title, vectors] of Object.entries(allVectors))
  describeVectors(`interpreter: ${title}`, vectors, execute);
