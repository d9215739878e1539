// `npm run fuzz -- [--seed N] [--count N] [--minutes M] [--stops K --cycles C]`
//
// Compares the engines in lockstep on random programs, one a seed from N on, for so many of them or so many minutes.
// A difference is shrunk to the fewest cycles behind the last equal stop, and the command that repeats it is printed.
// Exit code: 0 all agree, 1 a difference, 2 usage.
import { parseArgs } from 'node:util';
import { compareInLockstep, describeDifference, shrink } from './lockstep.js';

type Options = Record<'seed' | 'count' | 'minutes' | 'stops' | 'cycles', number | undefined>;

function parseOptions(): Options | undefined {
  const number = { type: 'string' } as const;
  try {
    const options = { seed: number, count: number, minutes: number, stops: number, cycles: number };
    const { values } = parseArgs({ options });
    const entries = Object.entries(values).map(([name, text]) => [name, Number(text)] as const);
    if (entries.every(([, value]) => value > 0)) return Object.fromEntries(entries) as Options;
  } catch {
    // An unknown option: said below.
  }
  return undefined;
}

/** Number of cases, and the commands that repeat those with differences. */
function run({ seed = 1, count, minutes, stops, cycles }: Options): { cases: number; differing: string[] } {
  const end = Date.now() + (minutes ?? Infinity) * 60_000;
  const casesMaximum = stops !== undefined ? 1 : (count ?? (minutes === undefined ? 100 : Infinity));
  const differing: string[] = [];
  let cases = 0;
  while (cases < casesMaximum && Date.now() < end && differing.length < 3) {
    const exact = { ...(stops !== undefined && { stops }), ...(cycles !== undefined && { cycles }) };
    const found = compareInLockstep({ seed: seed + cases, ...exact });
    cases++;
    if (!found) continue;
    differing.push(describeDifference(cycles === undefined ? shrink(found) : found));
    console.log(differing[differing.length - 1]);
  }
  return { cases, differing };
}

const options = parseOptions();
if (options === undefined) {
  console.error(
    'usage: npm run fuzz -- [--seed N] [--count N] [--minutes M] [--stops K --cycles C]; numbers above 0',
  );
  process.exitCode = 2;
} else {
  const { cases, differing } = run(options);
  const first = options.seed ?? 1;
  console.log(
    `fuzz: ${cases} programs from seed ${first}, ${differing.length || 'none'} of them with a difference`,
  );
  if (differing.length > 0) process.exitCode = 1;
}
