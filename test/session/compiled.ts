// JavaScript of a module and all it imports, for a thread: a thread of Node's own cannot read TypeScript.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
const relativeImport = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g;

/** Compiles a module, by its path from the project's root, into a fresh directory that the caller removes. */
export function compileModule(path: string): { folder: string; entry: URL } {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  for (const beside of ['node_modules', 'queries']) symlinkSync(join(root, beside), join(folder, beside));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const done = new Set<string>();
  for (const left = [path]; left.length > 0;) {
    const module = left.pop()!;
    if (done.has(module)) continue;
    done.add(module);
    const { outputText } = ts.transpileModule(readFileSync(join(root, module), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    const out = join(folder, module.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, outputText);
    for (const [, name] of outputText.matchAll(relativeImport)) {
      const imported = relative(root, join(root, dirname(module), `${name}.ts`));
      if (existsSync(join(root, imported))) left.push(imported);
    }
  }
  return { folder, entry: pathToFileURL(join(folder, path.replace(/\.ts$/, '.js'))) };
}
