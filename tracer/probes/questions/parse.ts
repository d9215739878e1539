// All questions of a command line.
import { UsageError } from '../../../errors.js';
import type { DebugInfo } from '../../symbols/index.js';
import { parseProbe } from './probe-text.js';
import {
  firstQuestion,
  lastQuestion,
  type ProbeQuestion,
  type Questions,
  type WatchQuestion,
} from './question.js';
import { parseWatch, type RamRange } from './watch-text.js';

/**
 * Reads the texts of --probe and --watch. Throws UsageError for what the kernel does not have.
 *
 * @param entries page-table entries to watch beside them, found by who knows page tables
 */
export function parseQuestions(
  texts: { readonly probes: readonly string[]; readonly watches: readonly string[] },
  debug: DebugInfo,
  ram: RamRange,
  entries: readonly WatchQuestion[] = [],
): Questions {
  const probes: ProbeQuestion[] = [];
  for (const text of texts.probes) {
    for (const probe of parseProbe(text, debug, firstQuestion + probes.length)) {
      const twin = probes.find(({ addresses }) => addresses.some((one) => probe.addresses.includes(one)));
      if (twin)
        throw new UsageError(
          `--probe ${text}: ${twin.function} is probed already; give all its fields at once`,
        );
      probes.push(probe);
    }
  }
  if (firstQuestion + probes.length > lastQuestion + 1)
    throw new UsageError(
      `there are too many --probe: a run has room for ${lastQuestion + 1 - firstQuestion}`,
    );
  const watches = texts.watches.map((text) => parseWatch(text, debug, ram));
  return { probes, watches: [...watches, ...entries] };
}
