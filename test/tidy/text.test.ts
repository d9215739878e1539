// What must not be in committed text: paths and addresses of one machine, tests left out, things left undone.
import { describe, expect, it } from 'vitest';
import { files, textOf } from './files.js';

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** Files in which it may stand. */
  readonly except?: RegExp;
}

// Character classes keep the patterns from matching themselves.
const rules: readonly Rule[] = [
  {
    what: 'paths of one machine',
    pattern: /(?<![\w.$}-])[/](?:work|tmp|root|home|Users)[/]\w/,
    instead: 'Write paths relative to the tree; a temporary folder is mkdtempSync(join(tmpdir(), …)).',
    except: /^(README|CHANGELOG)\.md$/,
  },
  {
    what: 'addresses of package hosts',
    pattern: /https?:[/][/][^\s'"`)]*(?:registry|npmjs|artifactory|nexus|proxy|pypi|mirror)|_auth[T]oken/,
    instead:
      'npm is configured where it runs; lock files come without addresses (omit-lockfile-registry-resolved).',
    except: /^package-lock\.json$/,
  },
  {
    what: 'tests left out or singled out',
    pattern: /^\s*(?:describe|suite|it|test)(?:\.\w+)*\.(?:only|skip|todo|fails)[^I\w]/,
    instead: 'Delete the test or mend it; what needs a tool that is absent uses skipIf and names the tool.',
  },
  {
    what: 'things left undone',
    pattern: /\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b/,
    instead: 'Do it, or open an issue: what the code does not do belongs in README.md’s limits.',
  },
  {
    what: 'rules of the linter or the compiler turned off',
    pattern: /eslint-dis[a]ble|@ts-(?:ig[n]ore|nocheck|expect-error)/,
    instead: 'Mend what the rule found, or change the rule for everybody in its configuration.',
  },
  {
    what: 'spaces at the end of a line, tabs for spaces in TypeScript, or Windows line ends',
    pattern: /[ \t]\r?$|\r$/,
    instead: 'Run `npm run format`, or remove them.',
    except: /\.md$/,
  },
];

/** How a title says why its test is skipped. */
const reason = /unless\(|\(skipped: /;

const binary = /\.(?:gz|elf|img|png|arrows|bin|wasm)$/;
const texts = files.filter((file) => !binary.test(file));

describe('committed text', () => {
  it.each(rules)('has no $what', ({ pattern, instead, except }) => {
    const found = texts
      .filter((file) => !except?.test(file))
      .flatMap((file) =>
        textOf(file)
          .split('\n')
          .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
      );
    expect(found, instead).toEqual([]);
  });

  it('says of each test that may be skipped what it lacks', () => {
    const silent = files.filter(
      (file) =>
        /\.test\.ts$/.test(file) && /\.(?:skip|run)If\(/.test(textOf(file)) && !reason.test(textOf(file)),
    );
    expect(silent, 'Put unless(…) of test/support/skipped.ts into the title.').toEqual([]);
  });

  it('ends with a newline', () => {
    const open = texts.filter((file) => !/(^|\n)$/.test(textOf(file)));
    expect(open, 'End each file with a newline.').toEqual([]);
  });

  it('opens TypeScript and SQL with what the file is', () => {
    const silent = texts
      .filter((file) => /\.(?:ts|sql)$/.test(file))
      .filter((file) => !/^(?:#!.*\n)?(?:\/\/|\/\*\*|--) *\S/.test(textOf(file)));
    expect(silent, 'Say in the first lines what the file is, in one to five lines.').toEqual([]);
  });
});
