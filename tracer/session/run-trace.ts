// The trace of a run: its directory begun, with what is known before the machine is powered on, and what its end says
// of the kernel.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { mergedDelta, type Machine } from '../../emulator/index.js';
import { TraceDirectoryWriter, traceFiles, type KernelFacts, type StartedTrace } from '../directory/index.js';
import type { KernelProfile } from '../probes/index.js';
import type { SnapshotStore } from '../recording/index.js';
import type { EventPipeline } from './event-pipeline.js';
import { openEventPipeline, type EventThread } from './event-thread.js';
import { eventTask, type PreparedRun } from './prepared-run.js';

/** Room for snapshots, in bytes. */
const snapshotBytesDefault = 140 * 2 ** 20;

/** A trace whose streams are open. */
export interface BegunTrace {
  readonly writer: TraceDirectoryWriter;
  readonly streams: StartedTrace<EventPipeline>;
  /** To be finished before the trace is. */
  readonly snapshots: SnapshotStore;
}

/**
 * Begins the trace of a run on a machine with this disk interface.
 * @param thread where its events are made; in this one when undefined
 */
export async function startTrace(
  prepared: PreparedRun,
  virtio: 'modern' | 'legacy',
  thread: EventThread | undefined,
): Promise<BegunTrace> {
  const { request } = prepared;
  const { kernel, disk, profile } = request.input;
  const writer = new TraceDirectoryWriter(request.out);
  writer.addKernel(kernel);
  writer.addDisk(disk);
  if (profile) writer.addProfile(profile.text);
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const { harts, memoryBytes, turnCycles, diskLatencyCycles } = request.machine;
  const machine = { harts, memoryBytes, turnCycles, diskLatencyCycles, virtio };
  const streams = await writer.startWith(
    {
      toolVersion: request.toolVersion,
      machine: { ...machine, schedule: { kind: 'round_robin' } },
      program: request.program[0] ?? '',
      arguments: request.program.slice(1),
      digests: { kernel: digest(kernel), disk: digest(disk) },
    },
    (folder) => openEventPipeline(eventTask(prepared, folder), prepared.debug, thread),
  );
  const { SnapshotStore } = await import('../recording/index.js');
  const folder = path.join(writer.folder, traceFiles.snapshots);
  const bytesMaximum = request.snapshots?.bytes ?? snapshotBytesDefault;
  return {
    writer,
    streams,
    snapshots: new SnapshotStore(folder, streams.recording, bytesMaximum, mergedDelta),
  };
}

/** What the manifest says of a kernel. */
export function kernelFacts(profile: KernelProfile, { ramRange: { start, end } }: Machine): KernelFacts {
  const functions = Object.entries(profile.functions).map(([role, found]) => [role, found.name]);
  return {
    ramStart: start,
    ramEnd: end,
    ...(profile.imageEnd !== undefined && { firstFreeFrame: Math.ceil(profile.imageEnd / 4096) * 4096 }),
    names: Object.fromEntries(functions) as Record<string, string>,
  };
}
