// How much a report says: options of the commands that print one.
import { Option } from 'commander';

/** --disclose, for those who want somebody to search: what, where or why. */
export function discloseOption(): Option {
  return new Option('--disclose <HOW_MUCH>', 'say what is broken and for whom, also where, or also why')
    .choices(['what', 'where', 'why'])
    .default('why');
}

/** --verbose: a line for each rule. */
export function verboseOption(): Option {
  return new Option('--verbose', 'say of each rule what came of it, also of those that hold');
}
