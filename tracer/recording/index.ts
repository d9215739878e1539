// The face of recordings. Importing it loads protobufjs (20 ms).
export type { MachineConfiguration, Schedule } from './machine-configuration.js';
export { recordingFormatVersion, recordingProto } from './format.js';
export {
  readRecording,
  RecordingWriter,
  type RecordedDigest,
  type RecordedInput,
  type RecordedSnapshot,
  type RecordedTurn,
  type Recording,
  type RecordingHeader,
} from './recording.js';
export { StoredSnapshot, type SnapshotContent } from './snapshot-file.js';
export { SnapshotStore } from './snapshot-store.js';
