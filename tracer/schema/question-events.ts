// The event kinds that are recorded only where somebody asks for them, with --probe and --watch.
import { callSite } from './columns.js';
import type { EventRow } from './types.js';

export const questionEvents = {
  probe_hit: {
    id: 20,
    doc: 'A function that somebody asked for (--probe) was entered or left. Not recorded unless asked for.',
    columns: {
      function: { type: 'text', doc: 'Its name.' },
      phase: { type: 'text', doc: 'enter or return.' },
      fields: { type: 'text', doc: 'What the values are, in order, separated by spaces.' },
      value0: {
        type: 'u64',
        nullable: true,
        doc: 'The first; null when there is none, or it could not be read.',
      },
      value1: { type: 'u64', nullable: true, doc: 'The second.' },
      value2: { type: 'u64', nullable: true, doc: 'The third.' },
      value3: { type: 'u64', nullable: true, doc: 'The fourth.' },
      call_site: callSite,
    },
  },
  word_write: {
    id: 21,
    doc: 'A store changed memory that somebody asked for (--watch). Not recorded unless asked for, nor for what devices write.',
    columns: {
      name: { type: 'text', doc: 'What was asked for, as it was written.' },
      address: { type: 'u64', encoding: 'delta', doc: 'Physical address of the 8-byte word.' },
      before: { type: 'u64', doc: 'Old word.' },
      after: { type: 'u64', doc: 'New word.' },
      call_site: callSite,
    },
  },
} as const satisfies Record<string, EventRow>;
