// Every TypeScript file is used: by a command, a script of package.json, or a test. And every test can fail.
import { describe, expect, it } from 'vitest';
import { files, filesEndingIn, textOf } from './files.js';
import { sources } from './sources.js';

/** Files that a script of package.json runs, compiled or by name, and what the build bundles. */
function scripted(): string[] {
  const { scripts, bin } = JSON.parse(textOf('package.json')) as {
    scripts: Record<string, string>;
    bin: Record<string, string>;
  };
  const bundled = [...textOf('bundle.js').matchAll(/'(dist\/[^']+)'/g)].map(([, path]) => path);
  const commands = [...Object.values(scripts), ...Object.values(bin), ...bundled];
  const words = commands.flatMap((script) => script.split(/\s+/));
  return words
    .map((word) => word.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts'))
    .filter((word) => word.endsWith('.ts') && files.includes(word));
}

const entries = [
  ...scripted(),
  ...files.filter((file) => /\.test\.ts$|^vitest\..*\.ts$|\.d\.ts$/.test(file)),
];

function reachedFrom(start: readonly string[]): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const left = [...start];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    left.push(...(byPath.get(path)?.imports ?? []).filter(({ isProject }) => isProject).map(({ to }) => to));
  }
  return reached;
}

describe('TypeScript files', () => {
  it('are each used by a command, a script or a test', () => {
    const reached = reachedFrom(entries);
    const dead = sources.map(({ path }) => path).filter((path) => !reached.has(path));
    expect(dead, 'Delete these, or import them where they are needed.').toEqual([]);
  });

  it('of the product are not there for tests alone', () => {
    const reached = reachedFrom([...scripted(), ...files.filter((file) => file.endsWith('.d.ts'))]);
    const idle = sources
      .map(({ path }) => path)
      .filter((path) => !/^(test\/|vitest\.)/.test(path) && !reached.has(path));
    expect(idle, 'Use these from cli.ts or a script, or move them to test/.').toEqual([]);
  });
});

describe('test files', () => {
  it('assert something, themselves or through the suite they call', () => {
    const asserting = sources.filter(({ tree }) => /\bexpect\w*[(.]|\bassert\w*\(/.test(tree.text));
    const names = new Set(asserting.map(({ path }) => path));
    const idle = sources
      .filter(({ path }) => path.endsWith('.test.ts') && !names.has(path))
      .filter(({ imports }) => !imports.some(({ to }) => to.startsWith('test/') && names.has(to)))
      .map(({ path }) => path);
    expect(idle, 'A test that cannot fail says nothing: expect something, or delete it.').toEqual([]);
  });

  it('show of each invariant what breaks it', () => {
    const tests = files.filter((file) => /^test\/(queries|analyzer)\/.*\.test\.ts$/.test(file)).map(textOf);
    const unseen = files
      .flatMap((file) => /^queries\/invariants\/(\w+)\.sql$/.exec(file)?.[1] ?? [])
      .filter((name) => !tests.some((text) => text.includes(`'${name}'`)));
    expect(unseen, 'A rule that nothing was seen to break says nothing: break it in test/queries.').toEqual(
      [],
    );
  });

  it('are found by their names', () => {
    const lost = filesEndingIn('.ts')
      .filter((file) => !/\.test\.ts$/.test(file) && file.startsWith('test/'))
      .filter((file) => /^(test|it|describe)\(/m.test(textOf(file)));
    expect(lost, 'Name a file with tests at its top level *.test.ts, or wrap them in a function.').toEqual(
      [],
    );
  });
});
