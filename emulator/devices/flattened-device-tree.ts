// Encodes a tree of nodes and properties as a flattened device tree blob (Devicetree Specification 0.4, chapter 5,
// version 17): header, reserved memory (none), structure, strings. Everything in it is big-endian.

/** Text, several texts, 32-bit cells, or `true` for a property that says everything by being there. */
export type PropertyValue = string | readonly string[] | readonly number[] | true;

/** A node: its properties and its children. */
export interface DeviceTreeNode {
  readonly properties: Readonly<Record<string, PropertyValue>>;
  /** Child nodes by name, unit address included. */
  readonly children?: Readonly<Record<string, DeviceTreeNode>>;
}

const magic = 0xd00d_feed;
const version = 17;
const lastCompatibleVersion = 16;
const headerBytes = 40;
/** One empty entry, which ends the list. */
const reservedMemoryBytes = 16;
const token = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

/** The blob for the tree under `root`; boot hart 0. */
export function flatten(root: DeviceTreeNode): Uint8Array {
  const structure: number[] = [];
  const strings = new StringTable();
  appendNode(structure, strings, '', root);
  appendCell(structure, token.end);

  const structureAt = headerBytes + reservedMemoryBytes;
  const stringsAt = structureAt + structure.length;
  const blob = new Uint8Array(stringsAt + strings.bytes.length);
  const fields = [magic, blob.length, structureAt, stringsAt, headerBytes, version, lastCompatibleVersion];
  const header = [...fields, 0, strings.bytes.length, structure.length];
  const view = new DataView(blob.buffer);
  header.forEach((field, index) => view.setUint32(4 * index, field));
  blob.set(structure, structureAt);
  blob.set(strings.bytes, stringsAt);
  return blob;
}

/** Names of properties, each stored once, found by their offset. */
class StringTable {
  readonly bytes: number[] = [];
  readonly #offsets = new Map<string, number>();

  offsetOf(name: string): number {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.bytes.length;
      this.#offsets.set(name, offset);
      this.bytes.push(...terminated(name));
    }
    return offset;
  }
}

function appendNode(structure: number[], strings: StringTable, name: string, node: DeviceTreeNode): void {
  appendCell(structure, token.beginNode);
  appendPadded(structure, terminated(name));
  for (const [property, value] of Object.entries(node.properties)) {
    const bytes = encode(value);
    appendCell(structure, token.property);
    appendCell(structure, bytes.length);
    appendCell(structure, strings.offsetOf(property));
    appendPadded(structure, bytes);
  }
  for (const [child, content] of Object.entries(node.children ?? {})) {
    appendNode(structure, strings, child, content);
  }
  appendCell(structure, token.endNode);
}

function encode(value: PropertyValue): number[] {
  if (value === true) return [];
  if (typeof value === 'string') return terminated(value);
  const bytes: number[] = [];
  for (const element of value) {
    if (typeof element === 'string') bytes.push(...terminated(element));
    else appendCell(bytes, element);
  }
  return bytes;
}

function terminated(text: string): number[] {
  return [...new TextEncoder().encode(text), 0];
}

function appendCell(bytes: number[], cell: number): void {
  bytes.push(cell >>> 24, (cell >>> 16) & 0xff, (cell >>> 8) & 0xff, cell & 0xff);
}

/** Everything in the structure block starts at a multiple of four bytes. */
function appendPadded(bytes: number[], content: readonly number[]): void {
  bytes.push(...content);
  while (bytes.length % 4 !== 0) bytes.push(0);
}
