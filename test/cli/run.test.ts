// trace run, from the words to the trace: on the built-in kernel and on kernels that misbehave.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtinKernel, programElf } from '../../fixtures/index.js';
import { DiskImage, writeDiskImage } from '../../tracer/disk-image/index.js';
import { openTrace } from '../../tracer/directory/index.js';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { diskWith, tinyKernel } from '../support/tiny-kernel.js';

const inside = temporaryDirectory();
const small = ['--memory', '16'];

interface RunDocument {
  verdict: string;
  exitCode: number;
  invariants: { name: string; status: string }[];
  run: { end: string; cycle: number; digest: string; complete: boolean; outcome: { status: number } | null };
}

describe('on the built-in kernel', () => {
  test('the guest is shown, then the verdict and what to type next', async () => {
    const out = inside('echo.trace');
    const { exitCode, stdout, stderr } = await trace([
      'run',
      ...small,
      '--out',
      out,
      '--',
      'echo',
      '--quiet',
      'word',
    ]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('$ echo --quiet word\n--quiet word\n');
    expect(stdout).toContain(
      'echo --quiet word on the built-in cow kernel (3 harts, 16 MiB)\n  ended       the shell prompted again',
    );
    expect(stdout).toMatch(
      /program {5}echo \(process \d+\) exited with status 0; its last line: --quiet word/,
    );
    expect(stdout).toMatch(/holds {7}\d+ rules at [\d,]+ points/);
    expect(stdout).toMatch(/\nPASSED: .*\nnext: trace query .*echo\.trace "SELECT .*"\n$/);
    expect(stdout.split('\n').filter((line) => line.length > 100 && !line.includes(out))).toEqual([]);
    expect(openTrace(out, 'digests').incompleteBecause).toBeUndefined();
  });

  test('JSON is one document, the same for the same run', async () => {
    const run = async (name: string): Promise<RunDocument> => {
      const { exitCode, stdout, stderr } = await trace([
        'run',
        ...small,
        '--json',
        '--out',
        inside(name),
        'ls',
      ]);
      expect([exitCode, stderr]).toEqual([0, '']);
      return JSON.parse(stdout) as RunDocument;
    };
    const first = await run('ls1.trace');
    expect(undocumentedKeys(first, 'trace check', 'trace run')).toEqual([]);
    expect(first).toMatchObject({
      verdict: 'passed',
      run: { end: 'prompt', complete: true, outcome: { status: 0 } },
    });
    expect((await run('ls2.trace')).run.digest).toBe(first.run.digest);
  });

  test('what the next command asks can be asked, and the trace judged again', async () => {
    const out = inside('again.trace');
    const { stdout } = await trace(['run', ...small, '--quiet', '--verbose', '--out', out, 'ls']);
    const next = /next: trace query \S+ "(.*)"\n$/.exec(stdout)?.[1] ?? '';
    const query = await trace(['query', out, next]);
    expect(query.exitCode).toBe(0);
    expect(query.stdout).toMatch(/^name +pid +parent +exit_status\n/);
    expect(stdout).toMatch(/holds {7}the kernel does not panic/);
    const check = await trace(['check', out, '--verbose']);
    expect([check.exitCode, check.stdout]).toEqual([
      0,
      stdout.slice(stdout.search(/^ {2}(?:holds|vacuous) /m)),
    ]);
  });

  test('a variant as baseline is run the same way, beside it', async () => {
    const out = inside('frames.trace');
    const words = ['run', ...small, '--json', '--baseline', 'eager', '--out', out, 'frames'];
    const { exitCode, stdout } = await trace(words);
    expect(exitCode).toBe(0);
    const { invariants } = JSON.parse(stdout) as RunDocument;
    const compared = invariants.find(({ name }) => name === 'fork_takes_fewer_frames_than_without_cow');
    expect(compared?.status).toBe('holds');
    expect(openTrace(inside('frames.baseline.trace')).incompleteBecause).toBeUndefined();
  });

  test('Ctrl-C finishes the trace as incomplete', async () => {
    const out = inside('interrupted.trace');
    const { exitCode, stderr } = await trace(['run', ...small, '--out', out, 'cowtest'], {
      onOutput: (text, interrupt) => text.includes('simple: ok') && interrupt(),
    });
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      /^trace: interrupted at cycle \d+; .*interrupted\.trace has what was recorded until then/,
    );
    expect(openTrace(out, 'digests').incompleteBecause).toBe('the run was interrupted');
    expect(openTrace(out).manifest?.stopReason).toBe('interrupted');
  });

  test('a terminal sees progress while it boots, and colour unless NO_COLOR is set', async () => {
    const out = inside('terminal.trace');
    const { stdout, stderr } = await trace(['run', ...small, '--out', out, 'ls'], { terminal: true });
    expect(stderr).toMatch(/\r\x1b\[Kbooting: \d+ M cycles/);
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
    expect(stdout).toContain('\x1b[32mPASSED');
    const plain = { terminal: true, environment: { NO_COLOR: '1' } };
    expect((await trace(['check', out], plain)).stdout).toMatch(/\nPASSED: [^\x1b]*$/);
  });
});

describe('before anything boots', () => {
  const taken = inside('taken');
  writeFileSync(taken, 'mine');

  test.each([
    [['cowtset'], 2, "there is no program 'cowtset' on the built-in disk; did you mean 'cowtest'?"],
    [['--events', 'trap,foo', 'ls'], 2, "there is no event kind 'foo' (--events); the kinds are trap, "],
    [['--out', taken, 'ls'], 2, 'taken exists and is no trace of this program'],
    [['--out', inside('no/where.trace'), 'ls'], 2, 'the directory above it does not exist'],
    [['--kernel', inside('none'), 'ls'], 2, 'there is no kernel '],
    [['--kernel', taken, '--disk', taken, 'ls'], 2, 'taken is not a usable xv6 file system'],
    [['--disk', inside('none'), 'ls'], 2, 'there is no disk image '],
    [['--baseline', inside('none'), 'ls'], 2, '--baseline takes a trace, a built-in variant (cow, '],
    [['--baseline', inside('.'), 'ls'], 65, 'is no trace: it is a directory without manifest.json'],
  ])('%j is refused', async (words, code, message) => {
    const { exitCode, stdout, stderr } = await trace(['run', ...small, ...words]);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toContain(message);
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect(existsSync('ls.trace')).toBe(false);
  });

  test('a file that is no kernel is refused', async () => {
    writeFileSync(inside('prog.img'), diskWith('prog'));
    const { exitCode, stderr } = await trace([
      'run',
      '--kernel',
      taken,
      '--disk',
      inside('prog.img'),
      'prog',
    ]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('taken is not an ELF file')]);
  });
});

describe('a kernel that', () => {
  const disk = inside('disk.img');
  writeFileSync(disk, diskWith('prog'));

  test.each([
    ['prints for ever', ['--max-console', '10K', '--events', 'trap'], 'console_budget', 3],
    ['loops in silence', ['--timeout-cycles', '3M'], 'cycle_budget', 3],
    ['prints for ever', ['--max-seconds', '0.05', '--events', 'trap'], 'time_budget', 3],
    ['loops in silence', [], 'lockup', 1],
    ['waits for nothing', [], 'deadlock', 1],
  ] as const)('%s, with %j, ends as %s', async (misbehaviour, options, end, code) => {
    const kernel = inside('tiny.elf');
    writeFileSync(kernel, tinyKernel(misbehaviour));
    const out = inside(`${end}.trace`);
    const machine = ['--kernel', kernel, '--disk', disk, '--harts', '1', '--memory', '4', ...options];
    const { exitCode, stdout } = await trace(['run', ...machine, '--json', '--out', out, 'prog']);
    const { run } = JSON.parse(stdout) as RunDocument;
    expect([run.end, exitCode]).toEqual([end, code]);
    expect((await trace(['query', out, 'SELECT count(*) FROM console'])).exitCode).toBe(0);
  });

  test('panics is quoted with the source line it panicked from', async () => {
    const words = ['run', ...small, '--disk', disk, '--quiet', '--out', inside('panic.trace'), 'prog'];
    const { exitCode, stdout } = await trace(words);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('ended       the kernel panicked, after ');
    expect(stdout).toContain('program     was not seen to run');
    expect(stdout).toMatch(/VIOLATED {4}the kernel does not panic +1 found/);
    expect(stdout).toMatch(/panic: no \/init on the disk\n {4}in \w+ \(fixtures\/kernel\/proc\.c:\d+\)/);
    expect(stdout).toMatch(/\n {6}> .+\n/);
    expect((await trace(['check', inside('panic.trace')])).stdout).toMatch(/\n {6}> .+\n/);
    const elsewhere = await trace(['check', inside('panic.trace'), '--source', inside('.')]);
    expect(elsewhere.stdout).not.toMatch(/\n {6}> .+\n/);
  });

  test('has no symbols still runs, cannot act on the terminal, and is said to be seen less of', async () => {
    const kernel = inside('escape.elf');
    writeFileSync(kernel, tinyKernel('prints an escape and stays'));
    const machine = [
      '--kernel',
      kernel,
      '--disk',
      disk,
      '--harts',
      '1',
      '--memory',
      '4',
      '--timeout-cycles',
      '1M',
    ];
    const { exitCode, stdout } = await trace(['run', ...machine, '--out', inside('escape.trace'), 'prog']);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^\\x1b\n/);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toContain(
      'note        no free list found: no frame_alloc, frame_free and free_frame_write events\n',
    );
    expect(stdout).toContain('was not seen to run');
  });
});

describe('programs that the disk lacks', () => {
  const kernel = inside('own.kernel');
  const disk = inside('own.img');
  const elf = inside('greet.elf');

  test('are put on a copy: the named ones, and one of our own when it is to be run', async () => {
    const builtin = builtinKernel('cow');
    const image = new DiskImage(builtin.disk);
    const few = ['init', 'sh'].map((name) => ({ name, contents: image.readFile(name) }));
    writeFileSync(kernel, builtin.kernel);
    writeFileSync(disk, writeDiskImage(few));
    writeFileSync(elf, programElf('echo'));
    const before = readFileSync(disk);
    const given = ['run', ...small, '--kernel', kernel, '--disk', disk, '--add-program', elf];
    const greeted = await trace([...given, '--out', inside('greet.trace'), 'greet', 'hello']);
    expect([greeted.exitCode, greeted.stderr]).toEqual([0, '']);
    expect(greeted.stdout).toContain('$ greet hello\nhello\n');
    expect(greeted.stdout).toMatch(/\n {2}added {7}greet, to a copy of /);
    const listed = await trace([...given.slice(0, -1), `${elf}=g`, '--out', inside('own.trace'), 'ls']);
    expect(listed.stdout).toMatch(/\n {2}added {7}g, ls, to a copy of /);
    expect(listed.stdout).toMatch(/^ls +2 /m);
    expect(Buffer.compare(readFileSync(disk), before)).toBe(0);
  });

  test('must be ELF files that are there', async () => {
    const text = inside('text');
    writeFileSync(text, 'hello');
    const missing = await trace(['run', '--add-program', inside('absent'), 'ls']);
    expect([missing.exitCode, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/there is no program .*absent; /),
    ]);
    const other = await trace(['run', '--add-program', text, 'ls']);
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringMatching(/text is not an ELF file; /)]);
  });

  test('that are not there are told with those that could be, a whole line in quotes by its first word', async () => {
    const { exitCode, stderr } = await trace(['run', 'usertest -q']);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(
        /no program 'usertest' .*did you mean 'usertests'\?.* ours are added: audit, usertests$/m,
      ),
    ]);
  });
});
