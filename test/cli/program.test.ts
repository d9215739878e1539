// The installed program, as a process of its own: what only a process has. It is what `npm run build` made.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../package-root.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const program = path.join(packageRoot(), 'dist', 'bundle', 'cli.cjs');
if (!existsSync(program)) throw new Error('dist/bundle/cli.cjs is missing; run: npm run build');

test('the version is the package’s, and the first line names the interpreter', () => {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(spawnSync(process.execPath, [program, '--version'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('it can be executed as it is after a build, which replaces what npm made executable', () => {
  expect(spawnSync(program, ['--version']).status).toBe(0);
});

test('what V8 has compiled of its files is there, and taken', () => {
  // In a process of its own, since what a test process is started with changes what V8 takes, and with the flags that
  // an entry of the bundle sets.
  const look = `
    const [fs, vm, { Module }] = [require('fs'), require('vm'), require('module')];
    process.chdir(process.argv[1]);
    require(process.cwd() + '/code-cache.cjs');
    const kept = fs.readdirSync('.').filter((name) => name.endsWith('.cache'));
    const isTaken = (name) => {
      const text = fs.readFileSync(name.replace('.cache', ''), 'utf8').replace(/^#!/, '//');
      return !new vm.Script(Module.wrap(text), { cachedData: fs.readFileSync(name) }).cachedDataRejected;
    };
    console.log(kept.length > 20, kept.every(isTaken));`;
  const { stdout } = spawnSync(process.execPath, ['-e', look, path.dirname(program)], { encoding: 'utf8' });
  expect(stdout).toBe('true true\n');
});

test('the exit code is the command’s', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'check', inside('none')], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([65, '']);
  expect(stderr).toContain('trace: there is no trace ');
});

test('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect([exitCode, stderr]).toEqual([0, '']);
});

test('output that cannot be written is a sentence, and no verdict', () => {
  const full = openSync('/dev/full', 'w');
  const help = spawnSync(process.execPath, [program, '--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  expect([help.status, help.stderr.toString()]).toEqual([
    2,
    'trace: the output cannot be written (ENOSPC)\n',
  ]);
});

test('the first Ctrl-C ends a run in order, with a trace that can be read', async () => {
  const words = [program, 'run', '--memory', '16', '--out', inside('int.trace'), 'cowtest'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdout.once('data', () => child.kill('SIGINT'));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/^trace: interrupted at cycle \d+; /)]);
  const sql = 'SELECT count(*) AS rows FROM trap';
  const query = spawnSync(process.execPath, [program, 'query', inside('int.trace'), '--format', 'csv', sql], {
    encoding: 'utf8',
  });
  expect(query.status).toBe(0);
  expect(query.stdout).toMatch(/^rows\r\n\d+\r\n$/);
  expect(query.stderr).toContain('is incomplete: the run was interrupted');
});
