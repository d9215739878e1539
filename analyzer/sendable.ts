// What is found in one thread made ready to be sent to another.
import type { Consumed } from '../tracer/arrow/index.js';

/** A value with the buffers of the typed arrays in it, which are to be moved and not copied. */
export function sendable(value: object): Consumed {
  const buffers = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(visit);
  };
  visit(value);
  return { value, buffers: [...buffers] };
}
