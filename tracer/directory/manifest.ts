// manifest.json: what a trace is and which files belong to it. It holds nothing that may differ between two equal
// runs (no time, no paths of the host), but for the digest of recording.pb: snapshots are taken by processor time.
import { createHash } from 'node:crypto';
import type { MachineConfiguration } from '../recording/machine-configuration.js';
import { manifestFormat } from './layout.js';

/** What was found out about the kernel. Addresses are physical, as numbers. */
export interface KernelFacts {
  readonly ramStart: number;
  /** First address behind the RAM. */
  readonly ramEnd: number;
  /** First frame the kernel may allocate. */
  readonly firstFreeFrame?: number;
  /** Symbol found for each role the probes look for (`kalloc`, `kmem` …), in order of role. */
  readonly names: Readonly<Record<string, string>>;
}

/** A file of the trace, by its path inside it. */
export interface ManifestFile {
  readonly bytes: number;
  readonly sha256: string;
  /** Event files: rows in it. */
  readonly rows?: number;
}

/** What is known when the run starts. */
export interface RunDescription {
  readonly toolVersion: string;
  readonly machine: MachineConfiguration;
  /** As typed at the prompt; empty for a run that only boots. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** SHA-256 (hex) of the kernel's ELF file and of the disk image before the run (absent without a disk). */
  readonly digests: { readonly kernel: string; readonly disk?: string };
}

/** What is known when the run is over. */
export interface RunOutcome {
  readonly kernel?: KernelFacts;
  readonly finalCycle: number;
  /** Digest of the final machine state. */
  readonly finalStateDigest: string;
  /** Why the machine stopped: prompt, panic, deadlock, budget, interrupted, … */
  readonly stopReason: string;
  /** Events that probes could not hand over. */
  readonly lostEvents: number;
  /** Set when the run did not come to its end, in a sentence without a full stop. */
  readonly incompleteBecause?: string;
}

export interface Manifest extends Omit<RunDescription, 'digests'>, Omit<Partial<RunOutcome>, 'lostEvents'> {
  readonly format: typeof manifestFormat;
  /** `traceFormatVersion` of the writer. */
  readonly formatVersion: number;
  /** Whether everything that was to be traced is in the files. Otherwise `incompleteBecause` says why not. */
  readonly complete: boolean;
  /** SHA-256 (hex); `inputs` covers every byte typed with its cycle. */
  readonly digests: RunDescription['digests'] & { readonly inputs?: string };
  readonly lostEvents: number;
  readonly files: Readonly<Record<string, ManifestFile>>;
}

/** The manifest as it is stored: with a digest of itself as last member. */
export function manifestText(manifest: Manifest): string {
  return JSON.stringify({ ...manifest, seal: seal(manifest) }, null, 2) + '\n';
}

/** What a stored manifest turns out to be. */
export type ParsedManifest =
  | { readonly manifest: Manifest }
  | { readonly foreignVersion: number; readonly toolVersion: string }
  | { readonly damage: string };

/** Parses the text of manifest.json; `version` is the format version this program reads. */
export function parseManifest(text: string, version: number): ParsedManifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { damage: 'manifest.json is cut off or damaged' };
  }
  if (!isObject(parsed) || parsed.format !== manifestFormat) return { damage: 'manifest.json is not ours' };
  // Versions first: another version may seal in another way.
  const { formatVersion, toolVersion } = parsed;
  if (typeof formatVersion !== 'number') return { damage: 'manifest.json has no format version' };
  if (formatVersion !== version)
    return {
      foreignVersion: formatVersion,
      toolVersion: typeof toolVersion === 'string' ? toolVersion : '?',
    };
  const { seal: stored, ...manifest } = parsed;
  if (stored !== seal(manifest) || !isManifest(manifest)) return { damage: 'manifest.json has been altered' };
  return { manifest };
}

function seal(manifest: object): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A seal can be forged: what is used as a path or a number is looked at before. */
function isManifest(value: Record<string, unknown>): value is Record<string, unknown> & Manifest {
  return (
    typeof value.complete === 'boolean' &&
    typeof value.program === 'string' &&
    Array.isArray(value.arguments) &&
    isObject(value.machine) &&
    isObject(value.digests) &&
    isObject(value.files) &&
    Object.entries(value.files).every(([path, file]) => isInside(path) && isObject(file))
  );
}

function isInside(path: string): boolean {
  return /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.split('/').includes('..');
}
