// The documents name what there is: every folder, and no file, script or document that is gone. (What derives from
// rows and query headers is compared whole, in test/schema and test/queries.)
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { files, textOf } from './files.js';
import { sources } from './sources.js';

describe('ARCHITECTURE.md', () => {
  const text = textOf('ARCHITECTURE.md');

  it('names every folder of code', () => {
    const folders = new Set(
      files
        .filter((file) => file.endsWith('.ts') && file.includes('/') && !/^(test|commands)\//.test(file))
        .map((file) => file.slice(0, file.lastIndexOf('/')).split('/').slice(0, 2).at(-1)!),
    );
    const missing = [...folders].filter((folder) => !text.includes(`${folder}/`));
    expect(missing, 'Say in ARCHITECTURE.md’s layout what these folders are for.').toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const named = [
      ...text.matchAll(/`((?:emulator|tracer|analyzer|queries|commands|fixtures|test|docs)\/[\w./-]*)`/g),
    ];
    const gone = named
      .map(([, path]) => path)
      .filter(
        (path) => !files.includes(path) && !files.some((file) => file.startsWith(path.replace(/\/?$/, '/'))),
      );
    expect(gone, 'ARCHITECTURE.md describes the code as it is: mend these paths.').toEqual([]);
  });
});

describe('documents', () => {
  it('link to files that are there', () => {
    const gone = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => {
        const links = [...textOf(file).matchAll(/\]\((?!\w+:)([^)#]+)/g)].map(([, link]) => link);
        return links
          .filter((link) => !files.includes(path.posix.join(path.posix.dirname(file), link)))
          .map((link) => `${file} links to ${link}`);
      });
    expect(gone, 'Mend these links, or commit what they lead to.').toEqual([]);
  });

  it('name scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const documents = files
      .filter((file) => file.endsWith('.md'))
      .map(textOf)
      .join('\n');
    const named = [...documents.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => name);
    const unknown = named.filter((name) => !Object.hasOwn(scripts, name));
    expect(unknown, 'The documents name scripts that package.json lacks.').toEqual([]);
  });
});

describe('comments', () => {
  it('name documents that exist', () => {
    const product = sources.filter(({ path }) => !path.startsWith('test/'));
    const unknown = product.flatMap(({ path, tree }) =>
      [...tree.text.matchAll(/\b([A-Z][A-Z_]+\.md)\b/g)]
        .map(([, name]) => name)
        .filter((name) => !files.includes(name))
        .map((name) => `${path} names ${name}`),
    );
    expect(unknown, 'Name a document of the repository, or say it in the comment itself.').toEqual([]);
  });
});
