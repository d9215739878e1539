// A directory for the files of a test file's tests, removed after the last of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** Makes the directory; call it at the top of a test file. Returns the path of a name in it. */
export function temporaryDirectory(): (name: string) => string {
  const directory = mkdtempSync(path.join(tmpdir(), 'cowtrace-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => path.join(directory, name);
}
