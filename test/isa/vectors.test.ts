// The vectors cover the table, and the rows mean what the vectors say.
import { describe, expect, it } from 'vitest';
import { instructionIndex, instructions } from '../../emulator/isa/index.js';
import { executeByReference } from './reference.js';
import { describeVectors } from './vector-suite.js';
import { allVectors, rowVectors } from './vectors.js';

describe('the vectors', () => {
  const names = Object.values(allVectors).flatMap((vectors) => vectors.map(({ name }) => name));

  it('have at least two cases for every instruction', () => {
    const tooFew = instructions.filter((row) => names.filter((name) => name === row.name).length < 2);
    expect(tooFew.map(({ name }) => name)).toEqual([]);
  });

  it('name only instructions that exist', () => {
    expect(names.filter((name) => name !== 'illegal' && !instructionIndex.has(name))).toEqual([]);
  });
});

for (const [title, vectors] of Object.entries(rowVectors)) {
  describeVectors(`constant back end: ${title}`, vectors, executeByReference);
}
