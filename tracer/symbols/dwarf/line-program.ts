// Runs a line number program (DWARF 5, 6.2.5) and hands each row to a sink.
import { ByteReader, MalformedData } from '../byte-reader.js';
import { type LineHeader, readOldFile } from './line-header.js';

/** Receives the rows of a program. `file` is the program's own file number. */
export interface RowSink {
  row(address: number, file: number, line: number, isStatement: boolean): void;
  /** The sequence of rows since the last end covers code up to `address`. */
  endSequence(address: number): void;
}

interface State {
  address: number;
  file: number;
  line: number;
  isStatement: boolean;
}

/** A standard or extended opcode: changes the state, and may append a row. */
type Operation = (state: State, reader: ByteReader, header: LineHeader, sink: RowSink) => void;

function advance(state: State, header: LineHeader, operations: number): void {
  state.address += operations * header.minimumInstructionLength;
}

function append(state: State, sink: RowSink): void {
  sink.row(state.address, state.file, state.line, state.isStatement);
}

const standardOperations: Readonly<Record<number, Operation>> = {
  1: function copy(state, _reader, _header, sink) {
    append(state, sink);
  },
  2: function advance_pc(state, reader, header) {
    advance(state, header, reader.uleb());
  },
  3: function advance_line(state, reader) {
    state.line += reader.sleb();
  },
  4: function set_file(state, reader) {
    state.file = reader.uleb();
  },
  5: function set_column(_state, reader) {
    reader.uleb();
  },
  6: function negate_stmt(state) {
    state.isStatement = !state.isStatement;
  },
  7: function set_basic_block() {},
  8: function const_add_pc(state, _reader, header) {
    advance(state, header, Math.floor((255 - header.opcodeBase) / header.lineRange));
  },
  // What gas emits for RISC-V, where linker relaxation may change distances: bytes, not instructions.
  9: function fixed_advance_pc(state, reader) {
    state.address += reader.u16();
  },
  10: function set_prologue_end() {},
  11: function set_epilogue_begin() {},
  12: function set_isa(_state, reader) {
    reader.uleb();
  },
};

const extendedOperations: Readonly<Record<number, Operation>> = {
  1: function end_sequence(state, _reader, header, sink) {
    sink.endSequence(state.address);
    Object.assign(state, initialState(header));
  },
  2: function set_address(state, reader) {
    state.address = reader.signed(reader.remaining === 4 ? 4 : 8);
  },
  3: function define_file(_state, reader, header) {
    header.files.push(readOldFile(reader, reader.string(), header.directories));
  },
};

function initialState(header: LineHeader): State {
  return { address: 0, file: 1, line: 1, isStatement: header.defaultIsStatement };
}

/** @throws MalformedData when the program is damaged; rows up to there have been handed over. */
export function runLineProgram(section: Uint8Array, header: LineHeader, sink: RowSink): void {
  const reader = new ByteReader(section, header.programStart, header.programEnd);
  const state = initialState(header);
  while (reader.remaining > 0) {
    const opcode = reader.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      advance(state, header, Math.floor(adjusted / header.lineRange));
      state.line += header.lineBase + (adjusted % header.lineRange);
      append(state, sink);
    } else if (opcode === 0) {
      runExtended(state, reader, header, sink);
    } else if (standardOperations[opcode] !== undefined) {
      standardOperations[opcode](state, reader, header, sink);
    } else {
      for (let count = header.operandCounts[opcode]; count > 0; count--) reader.uleb();
    }
  }
}

function runExtended(state: State, reader: ByteReader, header: LineHeader, sink: RowSink): void {
  const length = reader.uleb();
  if (length === 0) throw new MalformedData('extended line opcode is empty');
  const operands = reader.part(length);
  extendedOperations[operands.u8()]?.(state, operands, header, sink);
}
