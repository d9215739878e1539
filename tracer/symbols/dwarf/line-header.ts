// The header of a line number program (DWARF 5, 6.2.4; DWARF 2-4 differ): opcode parameters and the files it
// names.
import { type ByteReader, MalformedData } from '../byte-reader.js';
import { type UnitContext, readNumber, readString, skipForm } from './forms.js';
import { readInitialLength } from './unit.js';

export interface LineHeader {
  readonly minimumInstructionLength: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Operand counts of the standard opcodes, indexed by opcode. */
  readonly operandCounts: readonly number[];
  /** Path of each file by the number that rows and decl_file/call_file use. */
  readonly files: string[];
  readonly directories: readonly string[];
  /** Where opcodes begin and end in the section. */
  readonly programStart: number;
  readonly programEnd: number;
}

const ContentType = { path: 1, directory_index: 2 } as const;

/** Reads the header at the reader's position. @throws MalformedData */
export function readLineHeader(
  section: ByteReader,
  unit: UnitContext,
  compilationDirectory: string,
): LineHeader {
  const { end, offsetSize } = readInitialLength(section);
  const reader = section.part(end - section.position);
  const version = reader.u16();
  if (version < 2 || version > 5) throw new MalformedData(`line table version ${version} is not supported`);
  if (version >= 5) reader.take(2);
  const headerLength = reader.unsigned(offsetSize);
  const programStart = reader.position + headerLength;
  const minimumInstructionLength = reader.u8();
  // Operations per instruction: only VLIW machines have more than one.
  if (version >= 4) reader.take(1);
  const defaultIsStatement = reader.u8() !== 0;
  const lineBase = reader.signed(1);
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  const operandCounts = [0];
  for (let opcode = 1; opcode < opcodeBase; opcode++) operandCounts.push(reader.u8());
  const context = { ...contextOf(unit), version, offsetSize };
  const names =
    version >= 5
      ? readNames(reader, context, compilationDirectory)
      : readOldNames(reader, compilationDirectory);
  if (programStart > end || lineRange === 0) throw new MalformedData('line table header is damaged');
  return {
    minimumInstructionLength,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    ...names,
    programStart,
    programEnd: end,
  };
}

function contextOf(unit: UnitContext): UnitContext {
  const { sections, version, offsetSize, addressSize, stringOffsetsBase, addressBase } = unit;
  return { sections, version, offsetSize, addressSize, stringOffsetsBase, addressBase };
}

type Names = Pick<LineHeader, 'files' | 'directories'>;

/**
 * DWARF 2-4: both lists end with an empty name, directory 0 is the compilation directory, files count from 1.
 */
function readOldNames(reader: ByteReader, compilationDirectory: string): Names {
  const directories = [compilationDirectory];
  for (let name = reader.string(); name !== ''; name = reader.string()) directories.push(name);
  const files = [''];
  for (let name = reader.string(); name !== ''; name = reader.string()) {
    files.push(readOldFile(reader, name, directories));
  }
  return { files, directories };
}

/** What follows a file's name in DWARF 2-4 (and in DW_LNE_define_file): directory, time, size. */
export function readOldFile(reader: ByteReader, name: string, directories: readonly string[]): string {
  const directory = reader.uleb();
  reader.uleb();
  reader.uleb();
  return joinPath(directories, directory, name);
}

/** DWARF 5: entries of described content; directory 0 is the compilation directory, files count from 0. */
function readNames(reader: ByteReader, context: UnitContext, compilationDirectory: string): Names {
  const listed = readNameEntries(reader, context).map((entry) => entry.path);
  const directories = listed.length === 0 ? [compilationDirectory] : listed;
  if (compilationDirectory !== '') directories[0] = compilationDirectory;
  const files = readNameEntries(reader, context).map((entry) =>
    joinPath(directories, entry.directory, entry.path),
  );
  return { files, directories };
}

function readNameEntries(reader: ByteReader, context: UnitContext): { path: string; directory: number }[] {
  const formats: { type: number; form: number }[] = [];
  for (let count = reader.u8(); count > 0; count--)
    formats.push({ type: reader.uleb(), form: reader.uleb() });
  const entryCount = reader.uleb();
  if (entryCount > reader.remaining) throw new MalformedData(`line table names ${entryCount} files`);
  const entries: { path: string; directory: number }[] = [];
  for (let index = 0; index < entryCount; index++) {
    const entry = { path: '', directory: 0 };
    for (const { type, form } of formats) {
      if (type === ContentType.path) entry.path = readString(reader, form, context) ?? '';
      else if (type === ContentType.directory_index) entry.directory = readNumber(reader, form, context);
      else skipForm(reader, form, context);
    }
    entries.push(entry);
  }
  return entries;
}

/** The path as a person would write it from the compilation directory: relative where it lies below. */
function joinPath(directories: readonly string[], directory: number, name: string): string {
  const isBelow = directory === 0 || name.startsWith('/');
  const path = normalize(isBelow ? name : `${directories[directory] ?? ''}/${name}`);
  const prefix = `${normalize(directories[0])}/`;
  return prefix.length > 1 && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function normalize(path: string): string {
  if (!/(^|\/)\.\.?(\/|$)|\/\//.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
