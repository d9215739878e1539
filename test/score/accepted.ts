// The accepted score: one line a grade, sorted by name, so that a change of it is read as a diff.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../package-root.js';
import { found, type Grade } from './grade.js';

const file = path.join(packageRoot(), 'test/score/accepted.json');

/** The accepted grades by name; empty when there are none. */
export function readAccepted(): Map<string, Grade> {
  if (!existsSync(file)) return new Map();
  const grades = JSON.parse(readFileSync(file, 'utf8')) as Grade[];
  return new Map(grades.map((grade) => [grade.name, grade]));
}

/** Replaces the accepted grades of these names, and drops those of cases that no longer exist. */
export function writeAccepted(grades: readonly Grade[], exists: (name: string) => boolean): void {
  const kept = [...readAccepted()].filter(([name]) => exists(name));
  const all = new Map([...kept, ...grades.map((grade) => [grade.name, grade] as const)]);
  const sorted = [...all.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  writeFileSync(file, `[\n${sorted.map((grade) => `  ${JSON.stringify(grade)}`).join(',\n')}\n]\n`);
}

/** In which respects a grade is worse than the accepted one, in words; none when it is as good or better. */
export function worsened(grade: Grade, accepted: Grade | undefined): string[] {
  if (accepted === undefined) return [];
  const problems: string[] = [];
  if (grade.name.endsWith('#0')) {
    const alarms = grade.rules.filter((rule) => !accepted.rules.includes(rule));
    if (alarms.length > 0) problems.push(`false alarm: ${alarms.join(', ')}`);
  } else {
    if (found.indexOf(grade.found) > found.indexOf(accepted.found))
      problems.push(`noticed by ${grade.found}, was by ${accepted.found}`);
    if ((grade.named ?? 9) > (accepted.named ?? 9))
      problems.push(`function named ${rank(grade)}, was ${rank(accepted)}`);
  }
  if (grade.said !== accepted.said)
    problems.push(`the program's own word: ${grade.said}, was ${accepted.said}`);
  return problems;
}

function rank({ named }: Grade): string {
  return named === undefined ? 'wrong' : named === 1 ? 'first' : 'among three';
}
