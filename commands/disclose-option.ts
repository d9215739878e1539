// --disclose: how much a report gives away, for those who want somebody to search.
import { Option } from 'commander';

/** A fresh option: what, where or why. */
export function discloseOption(): Option {
  return new Option('--disclose <HOW_MUCH>', 'say what is broken and for whom, also where, or also why')
    .choices(['what', 'where', 'why'])
    .default('why');
}
