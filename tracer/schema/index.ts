// The face of the event schema: the rows, their types, and what derives from them.
export { commonColumns } from './columns.js';
export * from './events.js';
export * from './layout.js';
export * from './page-entry.js';
export { eventReference } from './reference.js';
export type * from './types.js';
