// The format of recording.pb: a sequence of length-delimited `Record` messages, so that a file cut off by a crash
// is readable to its last record. The text below is the definition; protobufjs loads it by reflection.
import protobuf from 'protobufjs';

/** Version in every header. Raised when old readers would misunderstand new recordings. */
export const recordingFormatVersion = 1;

export const recordingProto = `
syntax = "proto3";
package cowtrace.recording;

// One entry. The first of a file is a header; an end comes last unless the run was cut off.
// Readers skip entries they do not know.
message Record {
  oneof entry {
    Header header = 1;
    Input input = 2;
    Turn turn = 3;
    Digest digest = 4;
    Snapshot snapshot = 5;
    End end = 6;
    SnapshotRemoved snapshot_removed = 7;
  }
}

// What the run was started with.
message Header {
  uint32 format_version = 1;
  string tool_version = 2;
  Machine machine = 3;
  string program = 4;             // as typed at the prompt; empty for a run that only boots
  repeated string arguments = 5;
  string kernel_sha256 = 6;       // hex, of the ELF file
  string disk_sha256 = 7;         // hex, of the image before the run; empty without a disk
}

message Machine {
  uint32 harts = 1;
  uint64 memory_bytes = 2;
  uint64 turn_cycles = 3;
  uint64 disk_latency_cycles = 4;
  string virtio = 5;              // modern or legacy
  string schedule = 6;            // round_robin, seeded or scripted
  uint64 seed = 7;                // of a seeded schedule
}

// A byte the console received, in the state before step "cycle".
message Input {
  uint64 cycle = 1;
  uint32 byte = 2;
}

// A turn of a scripted schedule: which hart, for how many cycles.
message Turn {
  uint32 hart = 1;
  uint64 cycles = 2;
}

// The state digest before step "cycle", to notice a replay that diverges.
message Digest {
  uint64 cycle = 1;
  string state = 2;
}

// A snapshot of the state before step "cycle", in the directory snapshots/.
// It is written when its file is whole, which may be after entries of later cycles.
message Snapshot {
  uint64 cycle = 1;
  string file = 2;
  uint64 bytes = 3;
  string sha256 = 4;              // hex, of the file
}

// A snapshot's file is no more: what it held is in the one behind it.
message SnapshotRemoved {
  string file = 1;
}

// The run ended in order.
message End {
  uint64 cycle = 1;
  string state = 2;
}
`;

/** The type of the entries. */
export const recordType = protobuf
  .parse(recordingProto, { keepCase: false })
  .root.lookupType('cowtrace.recording.Record');
