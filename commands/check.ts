// trace check: judges a recorded run again, without running anything.
import { Option } from 'commander';
import { reports, type Disclosure, type ReportFormat } from '../analyzer/reports/index.js';
import { wantsColour } from '../text/index.js';
import { discloseOption, sourceOption, traceArgument, verboseOption } from './common-options.js';
import type { DefineCommand } from './main.js';
import type { Surroundings } from './surroundings.js';

interface CheckFlags {
  readonly baseline?: string;
  readonly format: ReportFormat;
  readonly json?: true;
  readonly source?: string;
  readonly disclose: Disclosure;
  readonly verbose?: true;
}

const help = `
Examples:
  trace check cowtest.trace
  trace check frames.trace --baseline frames.eager.trace
  trace check cowtest.trace --json | jq .verdict`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command
    .addArgument(traceArgument('TRACE'))
    .option('--baseline <TRACE>', 'the same program on a kernel without copy-on-write, to compare with')
    .addOption(sourceOption())
    .addOption(
      new Option('--format <FORMAT>', 'form of the report').choices(Object.keys(reports)).default('text'),
    )
    .option('--json', 'the same as --format json')
    .addOption(discloseOption())
    .addOption(verboseOption())
    .addHelpText('after', help)
    .action(async (trace: string, flags: CheckFlags) => finish(await check(trace, flags, surroundings)));
};

async function check(trace: string, flags: CheckFlags, surroundings: Surroundings): Promise<number> {
  const { checkTrace, openTraceSource } = await import('../analyzer/index.js');
  const { sourceLines } = await import('./source-lines.js');
  const { sourceRoots } = await import('./source-roots.js');
  const { shellWord, suggestion } = await import('./suggestion.js');
  const { stdout, environment } = surroundings;
  const source = openTraceSource(trace);
  const baseline = flags.baseline === undefined ? undefined : openTraceSource(flags.baseline);
  const sourceLine = sourceLines(sourceRoots(flags.source, String(source.facts['kernel_digest'] ?? '')));
  const result = await checkTrace(source, { baseline });
  const { disclose, verbose = false } = flags;
  const format = flags.json ? 'json' : flags.format;
  const colour = wantsColour(stdout, environment);
  stdout.write(reports[format](result, { colour, sourceLine, disclose, verbose }));
  if (format === 'text' && disclose !== 'what')
    stdout.write(`next: ${suggestion(shellWord(trace), result)}\n`);
  return result.exitCode;
}
