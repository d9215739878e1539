// The next command to type must do what it says when it is pasted, whatever a trace is called.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkTrace, TraceQuery } from '../../analyzer/index.js';
import { shellWord, suggestion } from '../../commands/suggestion.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
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

test('of a sound run a question that its trace can answer, whatever was traced', async () => {
  const rows = toyRun({ reuses: true }).story.rows();
  const without = (...names: EventName[]): EventName[] => eventNames.filter((kind) => !names.includes(kind));
  const asked = await Promise.all(
    [eventNames, without('process'), without('process', 'trap'), ['kernel_span'] as const].map(
      async (kinds) => {
        const source = sourceOf(rows, { kinds });
        const sql = suggestion('t', await checkTrace(source)).split('"')[1];
        const trace = await TraceQuery.open(source);
        await trace.run(sql);
        trace.close();
        return sql;
      },
    ),
  );
  expect(asked).toEqual(
    ['processes', 'trap', 'trap_return', 'kernel_span'].map((table) =>
      expect.stringContaining(` FROM ${table}`),
    ),
  );
});

test('of a run of which nothing was traced a look at its end', async () => {
  const source = sourceOf(toyRun({ reuses: true }).story.rows(), { kinds: [] });
  expect(suggestion('t', await checkTrace(source))).toBe('trace replay t --to end');
});
