// Options that people type because another command or program has them, and what there is here instead.

/** Options by what they are called elsewhere; the command must have what is named here. */
const calledOtherwise: Readonly<Record<string, readonly string[]>> = {
  '--harts': ['--cpus', '--cpu', '--smp', '-smp', '--cores', '--threads', '-c'],
  '--memory': ['--ram', '-m', '--mb'],
  '--timeout-cycles': ['--cycles', '--max-cycles', '--budget', '--timeout'],
  '--max-seconds': ['--seconds', '--time', '--timeout'],
  '--kernel': ['-k', '--tree', '--elf', '--xv6'],
  '--disk': ['--image', '--fs', '--drive'],
  '--out': ['-o', '--dir', '--directory', '--trace'],
  '--to': ['--at', '--cycle', '--where', '--position', '--seek', '--until', '--from'],
  '--verbose': ['-v', '--all', '--details'],
  '--json': ['-j'],
  '--format': ['--csv', '--table', '--arrow'],
  '--file': ['-f', '--sql'],
};

const everyRunIsJudged = 'every run is judged; --events records less, and trace check judges it again';

/** What is no option at all here, in a clause each. */
const explained: Readonly<Record<string, string>> = {
  '--no-judge': everyRunIsJudged,
  '--no-check': everyRunIsJudged,
  '--no-trace': everyRunIsJudged,
  '--quiet': 'this command shows nothing that the guest prints; --json is for programs',
  '-q': 'options of the guest stand behind its program, as in trace run usertests -q',
  '--seed': 'harts take turns in a fixed order, so there is nothing to seed',
  '--gdb': 'gdb debugs what was recorded: trace replay TRACE --gdb 26000',
  '--interactive': 'trace shell types at a kernel, and trace replay --interactive goes about in a run',
  '--no-color': 'NO_COLOR=1 in the environment turns colours off',
  '--no-colour': 'NO_COLOR=1 in the environment turns colours off',
};

/** A clause for an option that a command does not have, '' where nothing is known of it. `has` lists what it has. */
export function guess(option: string, has: readonly string[]): string {
  const [name] = option.split('=');
  const meant = Object.keys(calledOtherwise).filter(
    (one) => has.includes(one) && calledOtherwise[one].includes(name),
  );
  return meant.length > 0 ? `it is ${meant.join(' or ')} here` : (explained[name] ?? '');
}
