// How much of what was found a report gives away: an instructor may want a student to search.

/** what: the rule and the process; where: also the moment and the line; why: also what led there, and a hint. */
export const disclosures = ['what', 'where', 'why'] as const;

export type Disclosure = (typeof disclosures)[number];

/** Keys of a result that a disclosure keeps to itself. */
const hidden: Readonly<Record<Disclosure, readonly string[]>> = {
  what: [
    ...['cycle', 'since', 'hart', 'frame', 'pc', 'function', 'file', 'line', 'caller', 'message'],
    ...['suspects', 'chain', 'hint'],
  ],
  where: ['suspects', 'chain', 'hint'],
  why: [],
};

/** Whether a key of a finding or violation may be told. */
export function isDisclosed(key: string, disclosure: Disclosure): boolean {
  return !hidden[disclosure].includes(key);
}
