// The project's TypeScript files, parsed, and what they import.
import { posix } from 'node:path';
import ts from 'typescript';
import { filesEndingIn, textOf } from './files.js';

/** One import, export-from or import() of a TypeScript file. */
export interface Import {
  /** File that imports. */
  readonly from: string;
  readonly line: number;
  /** Path of the imported file of the project, or the name of a package (`node:fs`, `@duckdb/node-api`). */
  readonly to: string;
  readonly isProject: boolean;
  /** Whether it imports types only, and so loads nothing. */
  readonly typeOnly: boolean;
}

/** A parsed TypeScript file. */
export interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

function parse(path: string): Source {
  const tree = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.ES2022, true);
  return { path, tree, imports: importsOf(path, tree) };
}

/** Every TypeScript file of the project, parsed. */
export const sources: readonly Source[] = filesEndingIn('.ts').map(parse);

/** Line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** Calls `visit` for the node and everything below it. */
export function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => forEachNode(child, visit));
}

function importsOf(from: string, tree: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (name: ts.Expression | undefined, typeOnly: boolean): void => {
    if (name && ts.isStringLiteral(name)) {
      found.push({ from, line: lineOf(name), typeOnly, ...resolve(from, name.text) });
    }
  };
  forEachNode(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

/** The file or the package that a module name means; `@scope/name/file` is the package `@scope/name`. */
function resolve(from: string, name: string): Pick<Import, 'to' | 'isProject'> {
  if (name.startsWith('.')) {
    const path = posix.join(posix.dirname(from), name);
    return { to: path.replace(/\.js$/, '.ts'), isProject: true };
  }
  const words = name.split('/').slice(0, name.startsWith('@') ? 2 : 1);
  return { to: words.join('/'), isProject: false };
}
