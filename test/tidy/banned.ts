// What the emulator must not use, since one recording must give one run on every host, and what to use instead.
import ts from 'typescript';
import { forEachNode, lineOf, type Source } from './sources.js';

const time = 'Time is the machine’s `cycle`: derive it from core.ts’s counter or a device’s deadline.';
const chance = 'Chance comes in as a seed of the machine configuration, which the recording holds.';
const outside =
  'What comes from outside enters through the machine configuration, boot image or console port.';
const order = 'Do it at a cycle: ask for a deadline, and the scheduler calls you at it.';

const silent =
  'The emulator is silent: return a value, emit a record, or throw an assertion with cycle and pc.';

/** Global names, or `object.member`, and what replaces them. */
export const banned: Readonly<Record<string, string>> = {
  Date: time,
  performance: time,
  'process.hrtime': time,
  'Math.random': chance,
  'crypto.randomBytes': chance,
  'crypto.getRandomValues': chance,
  process: outside,
  fetch: outside,
  require: outside,
  setTimeout: order,
  setInterval: order,
  setImmediate: order,
  queueMicrotask: order,
  'console.log': silent,
  'console.error': silent,
  'console.warn': silent,
  'Math.fround': 'Floating point of the guest is exact integer arithmetic: see isa/float.',
};

function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isKey =
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node;
  return !isMember && !isKey;
}

/** Every use of a banned name in a file, with the advice. */
export function bannedUses({ path, tree }: Source): string[] {
  const found: string[] = [];
  const note = (node: ts.Node, name: string): void => {
    if (Object.hasOwn(banned, name)) found.push(`${path}:${lineOf(node)} uses ${name}. ${banned[name]}`);
  };
  forEachNode(tree, (node) => {
    if (ts.isIdentifier(node) && isName(node)) note(node, node.text);
    else if (ts.isPropertyAccessExpression(node)) note(node, node.getText());
  });
  return found;
}
