// The rows that are made of single records, by the translator itself.
import type { EventFileWriter } from '../arrow/index.js';
import type { Emitter } from './emitter.js';

/** Their writers; undefined for kinds that are not wanted. */
export interface Rows {
  readonly kalloc: EventFileWriter<'kalloc'> | undefined;
  readonly kfree: EventFileWriter<'kfree'> | undefined;
  readonly panic: EventFileWriter<'panic'> | undefined;
  readonly panicCall: EventFileWriter<'panic_call'> | undefined;
  readonly marker: EventFileWriter<'marker'> | undefined;
  readonly disk: EventFileWriter<'disk_request'> | undefined;
  readonly switch: EventFileWriter<'context_switch'> | undefined;
  readonly span: EventFileWriter<'kernel_span'> | undefined;
}

/** The writers of an emitter's sink. */
export function rowsOf(emitter: Emitter): Rows {
  return {
    kalloc: emitter.rows('kalloc'),
    kfree: emitter.rows('kfree'),
    panic: emitter.rows('panic'),
    panicCall: emitter.rows('panic_call'),
    marker: emitter.rows('marker'),
    disk: emitter.rows('disk_request'),
    switch: emitter.rows('context_switch'),
    span: emitter.rows('kernel_span'),
  };
}
