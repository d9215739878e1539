// Kinds of events about the kernel's own stores: to frames that are not its to write just then.
import { callSite, frame } from './columns.js';
import type { EventRow } from './types.js';

export const storeEvents = {
  frame_write: {
    id: 23,
    doc: 'The kernel stored into a frame that several user mappings share, or that users may only read: one row at the first store to it, and again only after a hart has returned to user mode or its mappings have changed. Not emitted for what devices write. What frees a page may fill it while the entry that goes is still there, which is no fault.',
    columns: {
      frame,
      address: { type: 'u64', encoding: 'delta', doc: 'Physical address of the 8-byte word stored to.' },
      mappings: { type: 'u32', doc: 'User mappings of the frame at that moment.' },
      writable_mappings: { type: 'u32', doc: 'How many of them are writable.' },
      freeing: {
        type: 'u8',
        doc: '1 when the same kernel entry had called the free function for the frame, and for none since, and the store is not of a function that itself leads to the free function (which is done by then).',
      },
      call_site: callSite,
    },
  },
  free_frame_write: {
    id: 27,
    doc: 'The kernel stored into a frame that was on the free list: one row at the first such store after the frame was put there. Not emitted for links between free frames (0 or the address of a frame, in its first word), for what programs store, nor for what devices write.',
    columns: {
      frame,
      address: { type: 'u64', encoding: 'delta', doc: 'Physical address of the 8-byte word stored to.' },
      call_site: callSite,
    },
  },
} as const satisfies Record<string, EventRow>;
