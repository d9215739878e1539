// Says before the summary which tests did not run here: what a test lacks (a tool, a permission) its name tells.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** The outermost suite that is skipped as a whole, or the test itself: what has one reason. */
function groupOf(test: TestCase): string {
  const suites = [];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) suites.push(at);
  const whole = suites.reverse().find((suite) => suite.options.mode === 'skip');
  return `${test.module.moduleId.replace(`${test.project.config.root}/`, '')}: ${(whole ?? test).fullName}`;
}

/** Prints a line for each group of skipped tests, with their number. */
export class SkipsReporter implements Reporter {
  /** Called by vitest when every test has ended. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const groups = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const group = groupOf(test);
        groups.set(group, (groups.get(group) ?? 0) + 1);
      }
    }
    if (groups.size === 0) return;
    const lines = [...groups].map(([group, count]) => `  ${count} of ${group}\n`);
    process.stdout.write(`\nSkipped here:\n${lines.join('')}`);
  }
}
