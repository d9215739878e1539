// What is measured of source files: lines of files and of functions, and exports without a docstring.
import ts from 'typescript';
import { textOf } from './files.js';
import { forEachNode, type Source } from './sources.js';

/** Lines of a text, without the empty one after the last newline. */
export function linesOf(path: string): string[] {
  return textOf(path).replace(/\n$/, '').split('\n');
}

type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunction(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

/** Name of the function, of what it is assigned to, or of the call it is given to. */
function nameOf(node: FunctionNode): string {
  if (node.name) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  if (ts.isCallExpression(parent)) return `argument of ${parent.expression.getText().split('\n')[0]}`;
  return 'anonymous';
}

/** A suite groups tests and has no steps of its own to follow, so its length says nothing. */
function isSuite(node: FunctionNode): boolean {
  if (!ts.isCallExpression(node.parent)) return false;
  return /^describe\b/.test(node.parent.expression.getText());
}

/** A function and how many lines it takes, functions inside it included. */
export interface FunctionLength {
  /** `path: name`, with the class before a method's name. */
  readonly name: string;
  readonly lines: number;
}

/** Every function of a file with its length. */
export function functionLengths({ path, tree }: Source): FunctionLength[] {
  const found: FunctionLength[] = [];
  forEachNode(tree, (node) => {
    if (!isFunction(node) || isSuite(node)) return;
    const first = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = tree.getLineAndCharacterOfPosition(node.end).line;
    const owner = ts.isClassLike(node.parent) && node.parent.name ? `${node.parent.name.text}.` : '';
    found.push({ name: `${path}: ${owner}${nameOf(node)}`, lines: last - first + 1 });
  });
  return found;
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** Words of a file's name or of an export's, so that `RoundRobin` is what `round-robin.ts` is named for. */
function letters(name: string): string {
  return name.replace(/^.*\//, '').replace(/\.ts$/, '').replace(/-/g, '').toLowerCase();
}

/**
 * Names of the exported functions, classes and interfaces of a file without a docstring. The file's opening comment
 * serves the one export that there is, or that the file is named for.
 */
export function undocumentedExports({ path, tree }: Source): string[] {
  const exported = tree.statements
    .filter(
      (node) =>
        ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node),
    )
    .filter(isExported);
  const hasOpening = tree.text.startsWith('//') || tree.text.startsWith('#!');
  return exported
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
    .map((node) => node.name?.text ?? 'default')
    .filter((name) => !hasOpening || (exported.length > 1 && letters(name) !== letters(path)));
}
