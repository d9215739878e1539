// The next command to type must do what it says when it is pasted, whatever a trace is called.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkTrace, TraceQuery } from '../../analyzer/index.js';
import { shellWord, suggestion } from '../../commands/suggestion.js';
import { eventNames } from '../../tracer/schema/index.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

test.each(['plain.trace', 'a b', "it's", '$(touch x)', '`x`', 'a"b\\', '*', ''])(
  '%j is one word to a shell',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString()).toBe(word);
  },
);

test('what needs no quotes has none', () => {
  expect(shellWord('traces/cowtest.trace')).toBe('traces/cowtest.trace');
});

test('of a sound run a question that its trace can answer, also where no processes were traced', async () => {
  const rows = toyRun({ reuses: true }).story.rows();
  const withoutProcesses = eventNames.filter((kind) => kind !== 'process');
  const asked = await Promise.all(
    [eventNames, withoutProcesses].map(async (kinds) => {
      const source = sourceOf(rows, { kinds });
      const sql = suggestion('t', await checkTrace(source)).split('"')[1];
      const trace = await TraceQuery.open(source);
      await trace.run(sql);
      trace.close();
      return sql;
    }),
  );
  expect(asked).toEqual([expect.stringContaining('processes'), expect.stringContaining('trap')]);
});
