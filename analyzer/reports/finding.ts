// One finding as text: the rule, where and when it was broken first, what led there, what follows from it, and a hint.
import { escapeText, formatCount, hex, pageWidth, paint, processWords, wrapText } from '../../text/index.js';
import type { Chain, Finding, InvariantResult, Suspect, Violation } from '../result.js';
import type { Disclosure } from './disclosure.js';
import type { TextOptions } from './text.js';

/** Other places of a rule that are told. */
const placesMost = 4;

/** Where kernels begin, and where the last pages of an address space do. */
const [kernels, trampolines] = [0x8000_0000n, 0x3f_ffff_0000n];

/**
 * The lines of the findings of one rule: the first whole, of the others the places. `invariants` has the rules that
 * they name.
 */
export function findingLines(
  [first, ...others]: readonly Finding[],
  invariants: readonly InvariantResult[],
  options: TextOptions,
): string[] {
  const { invariant, severity, violation, chain } = first;
  const consequences = [...new Set([first, ...others].flatMap((one) => one.consequences))];
  const { colour = false, disclose = 'why' } = options;
  const rule = (name: string): InvariantResult => invariants.find((one) => one.name === name)!;
  const { title, rule: sentence, violationCount, hint } = rule(invariant);
  const told = disclose === 'what' ? [] : others.slice(0, placesMost);
  const more = violationCount - 1 - told.length;
  const reasons = disclose === 'why' ? [...suspectLines(violation), ...chainLines(chain, colour)] : [];
  return [
    paint(title, severity === 'error' ? 'red' : 'yellow', colour),
    ...wrapText(sentence, pageWidth, '  '),
    ...(disclose === 'what'
      ? [paint(`  ${who(violation)}`, 'bold', colour)]
      : placeLines(violation, options)),
    ...reasons,
    ...told.flatMap((other) => otherPlaceLines(other.violation)),
    ...(more > 0 ? [`  ... and ${formatCount(more)} more`] : []),
    ...consequenceLines(consequences.map(rule)),
    ...(disclose === 'why'
      ? wrapText(`hint: ${hint}`, pageWidth, '  ', '        ').map((line) => paint(line, 'dim', colour))
      : []),
  ];
}

/** What a violation says, where it was, and whom to suspect: as much of it as may be disclosed. */
export function firstViolationLines(violation: Violation, disclose: Disclosure): string[] {
  if (disclose === 'what') return [];
  return [
    ...wrapText(escapeText(violation.message, 600), pageWidth, '    '),
    ...whereLines(violation),
    ...(disclose === 'why' ? suspectLines(violation) : []),
  ];
}

/** A place of its own where the same rule is broken. */
function otherPlaceLines(violation: Violation): string[] {
  const { cycle, message, suspects } = violation;
  const at = suspects.length > 0 ? place(suspects[0]) : violation.function && place(violation as Suspect);
  const text = `also at cycle ${cycle}${at ? `, ${at}` : ''}: ${escapeText(message, 300)}`;
  return wrapText(text, pageWidth, '  ', '    ');
}

function who({ pid, process }: { readonly pid: number; readonly process?: string }): string {
  if (pid === 0) return 'no process';
  return processWords(pid, process);
}

function placeLines(violation: Violation, options: TextOptions): string[] {
  const { cycle, since, hart, file, line } = violation;
  const frame = violation.frame === undefined ? '' : `, frame ${hex(violation.frame)}`;
  const begun = since === undefined ? '' : `, wrong since cycle ${since}`;
  const source = file && line && options.sourceLine?.(file, line);
  return [
    paint(
      `  cycle ${cycle}, hart ${hart}, ${who(violation)}${frame}${begun}`,
      'bold',
      options.colour ?? false,
    ),
    ...firstViolationLines(violation, 'where'),
    // A brace says nothing: the address was that of a function.
    ...(source && /\w/.test(source) ? [escapeText(`      > ${source.trim()}`, pageWidth)] : []),
  ];
}

function whereLines(violation: Violation): string[] {
  const inside = violation.function ? place(violation as Suspect) : undefined;
  const { caller, suspects } = violation;
  // An address that no line belongs to says less than whom to suspect.
  const first = inside ? `in ${inside}` : suspects.length > 0 ? undefined : addressWords(violation.pc);
  if (first === undefined) return [];
  return wrapText(caller === undefined ? first : `${first}, called from ${place(caller)}`, pageWidth, '    ');
}

/** Programs lie below the kernel; what lies above both, the trampoline, says nothing. */
function addressWords(pc: bigint | undefined): string | undefined {
  if (!pc || pc >= trampolines) return undefined;
  return pc < kernels ? `by the program's instruction at ${hex(pc)}` : `in pc ${hex(pc)}`;
}

/** Nothing where the place says it all; of functions that it has named, the names alone. */
function suspectLines({ suspects, function: inside = '', caller }: Violation): string[] {
  const isSaid = suspects.length === 0 || suspects[0].function === inside.replace(/ <.*$/, '');
  const named = [...inside.split(' < '), ...(caller?.function.split(' < ') ?? [])];
  const where = suspects.map((one) => place(named.includes(one.function) ? { function: one.function } : one));
  return isSaid ? [] : wrapText(lookFirst(where), pageWidth, '    ');
}

/** In which order to look at places, or functions. */
export function lookFirst(places: readonly string[]): string {
  return `look first at ${places.join(', then at ')}`;
}

function place({ function: name, file, line }: Suspect): string {
  const where = file ? ` (${escapeText(file, 60)}${line ? `:${line}` : ''})` : '';
  const [inner, ...outer] = name.split(' < ');
  const inlined = outer.length > 0 ? ` inlined into ${outer.join(', ')}` : '';
  return `${escapeText(inner + inlined, 60)}${where}`;
}

function chainLines({ steps, leftOut }: Chain, colour: boolean): string[] {
  if (steps.length === 0) return [];
  return [
    paint('    how it came about:', 'dim', colour),
    ...steps.flatMap((step, index) => {
      const { cycle, pid, cause, acts, place: at } = step;
      const entry = pid === 0 ? 'boot or scheduler' : `${who(step)}${causeWords(cause)}`;
      const where = at
        ? ` - ${place({ ...at, ...(at.file && { file: at.file.replace(/^.*\//, '') }) })}`
        : '';
      const told = wrapText(
        `${cycle}  ${entry}: ${acts.join('; ')}${where}`,
        pageWidth,
        '      ',
        ' '.repeat(10),
      );
      return index === 0 && leftOut > 0 ? [...told, `      (${leftOut} more, see trace bio)`] : told;
    }),
  ];
}

function causeWords(cause: string): string {
  if (cause === '') return '';
  return cause === 'page_fault' ? ', page fault' : `, ${escapeText(cause, 30)}`;
}

/** Rules that are broken as well, in one line or more. */
export function consequenceLines(rules: readonly InvariantResult[]): string[] {
  if (rules.length === 0) return [];
  const named = rules.map(({ title, violationCount }) => {
    return violationCount === 1 ? title : `${title} (${formatCount(violationCount)})`;
  });
  return wrapText(`also broken, probably as a consequence: ${named.join('; ')}`, pageWidth, '  ', '    ');
}
