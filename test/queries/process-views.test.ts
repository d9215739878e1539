// Views about processes, the program under test and what its pages may do.
import { describe, expect, test } from 'vitest';
import { queryRows } from '../support/check-rows.js';
import { pte } from '../support/story.js';
import { toyRun } from '../support/toy-kernel.js';

describe('processes', () => {
  const facts = { program: '/test' };

  test('processes has a row each, from fork to reap', async () => {
    const rows = await queryRows(
      'SELECT pid, parent, name, exit_status, reap_seq > exit_seq FROM processes ORDER BY pid',
      toyRun().story.rows(),
    );
    expect(rows).toEqual([
      [1, null, 'init', null, null],
      [2, 1, 'sh', null, null],
      [3, 2, 'test', 0, true],
      [4, 3, 'test', 0, true],
      [5, 3, 'test', 0, true],
    ]);
  });

  test('fork_exit_spans measures lives in cycles', async () => {
    const rows = await queryRows(
      `SELECT pid, cycles_alive > 0, cycles_as_zombie > 0 FROM fork_exit_spans WHERE exit_cycle IS NOT NULL
       ORDER BY pid`,
      toyRun().story.rows(),
    );
    expect(rows).toEqual([3, 4, 5].map((pid) => [pid, true, true]));
  });

  test('program_run, program_tree and program_window find the program under the shell', async () => {
    const rows = toyRun().story.rows();
    expect(await queryRows('SELECT pid, parent FROM program_run', rows, facts)).toEqual([[3, 2]]);
    expect(await queryRows('SELECT pid FROM program_tree ORDER BY pid', rows, facts)).toEqual([
      [3],
      [4],
      [5],
    ]);
    const window = await queryRows(
      'SELECT free_before = free_after, closed FROM program_window',
      rows,
      facts,
    );
    expect(window).toEqual([[true, true]]);
    expect(await queryRows('SELECT pid FROM program_run', rows, {})).toEqual([]);
  });

  test('program_run finds the program though exec was seen before the name changed', async () => {
    const { process, ...others } = toyRun().story.rows();
    const late = process!.map((row) =>
      row['action'] === 'exec' && row['subject'] === 3 ? { ...row, name: 'sh' } : row,
    );
    expect(await queryRows('SELECT pid FROM program_run', { ...others, process: late }, facts)).toEqual([
      [3],
    ]);
    const unfinished = late.filter(
      (row) => row['subject'] !== 3 || row['action'] === 'exec' || row['action'] === 'fork',
    );
    const named = await queryRows('SELECT name FROM program_run', { ...others, process: unfinished }, facts);
    expect(named).toEqual([['test']]);
    const sql = 'SELECT DISTINCT name FROM process_names WHERE pid = 3 ORDER BY name';
    expect(await queryRows(sql, { ...others, process: late })).toEqual([['sh'], ['test']]);
  });

  test('reaped_children ends where the wait ends', async () => {
    const rows = await queryRows('SELECT pid FROM reaped_children ORDER BY end_seq', toyRun().story.rows());
    expect(rows).toEqual([[4], [5], [3]]);
  });

  test('address_spaces carries the image from exec through forks', async () => {
    const rows = await queryRows(
      `SELECT pid, how, dense_rank() OVER (ORDER BY image) FROM address_spaces
       WHERE name <> '' ORDER BY space`,
      toyRun().story.rows(),
    );
    expect(rows).toEqual([
      [1, 'exec', 1],
      [2, 'fork', 1],
      [2, 'exec', 2],
      [3, 'fork', 2],
      [3, 'exec', 3],
      [4, 'fork', 3],
      [5, 'fork', 3],
    ]);
  });

  test('current_spaces ends where the next exec of the process begins, and not otherwise', async () => {
    const rows = await queryRows(
      `SELECT pid, to_seq = lead(from_seq) OVER (PARTITION BY pid ORDER BY from_seq), to_seq = 18446744073709551615
       FROM current_spaces WHERE pid BETWEEN 2 AND 4 ORDER BY pid, from_seq`,
      toyRun().story.rows(),
    );
    const [ends, goesOn] = [
      [true, false],
      [null, true],
    ];
    expect(rows).toEqual([
      [2, ...ends],
      [2, ...goesOn],
      [3, ...ends],
      [3, ...goesOn],
      [4, ...goesOn],
    ]);
  });

  test('granted_permissions is what exec left: text r-x, data rw-, nothing for the guard page', async () => {
    const rows = await queryRows(
      `SELECT va, permissions FROM granted_permissions
       WHERE image = (SELECT max(image) FROM address_spaces) ORDER BY va`,
      toyRun().story.rows(),
    );
    expect(rows).toEqual([
      [0x0000, pte.r | pte.x],
      [0x1000, pte.r | pte.w],
      [0x2000, 0],
      [0x3000, pte.r | pte.w],
    ]);
  });

  test('space_changes tells the maker of a space from later changes', async () => {
    const rows = await queryRows(
      `SELECT by_maker, count(*) FROM space_changes
       WHERE pid = 4 AND user_after GROUP BY by_maker ORDER BY by_maker`,
      toyRun().story.rows(),
    );
    expect(rows).toEqual([
      [false, 2],
      [true, 3],
    ]);
  });
});
