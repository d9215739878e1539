// An inspection as text: a block a subject, at most 100 columns.
import type { Finding } from '../../tracer/probes/index.js';
import { escapeText, hex, pageWidth, wrapText } from '../../text/index.js';
import type { Inspection } from './execute.js';

const margin = 13;
/** Columns of a finding: what it is for, and how sure it is. */
const columns = { what: 17, sureness: 9 } as const;

/** A name, and lines that are wrapped. */
type Block = readonly [name: string, lines: readonly string[]];

/** Names that come from the kernel or its disk are escaped. */
export function inspectionText(inspection: Inspection): string {
  const { kernel, entry, segments, firstFreeFrame, findings, missing, events, eventsLost, debug } =
    inspection;
  const image = segments.map(({ address, bytes }) => `${hex(address)} (${bytes} bytes)`).join(', ');
  const versions = debug.dwarfVersions.join(' and ');
  const before: Block[] = [
    ['kernel', [kernel, `loaded at ${image || 'nowhere'}, entered at ${hex(entry)}`]],
    [
      'free frames',
      [firstFreeFrame === undefined ? 'begin at an unknown address' : `begin at ${hex(firstFreeFrame)}`],
    ],
    [
      'debug',
      [
        debug.units === 0 ? 'none' : `DWARF ${versions}, ${debug.units} units, ${debug.functions} functions`,
        ...debug.warnings,
      ],
    ],
  ];
  const after: Block[] = [
    ['missing', missing],
    ['events', [events.join(', ')]],
    ['no events', eventsLost.length === 0 ? [] : [eventsLost.join(', ')]],
    ...diskBlocks(inspection.disk),
  ];
  const text = (blocks: readonly Block[]): string =>
    blocks.map(([name, lines]) => titled(name, lines.flatMap(wrapped))).join('');
  return text(before) + titled('found', findings.flatMap(findingLines)) + text(after);
}

/** Name and address, and below what speaks for it. */
function findingLines({ what, where, sureness, why }: Finding): string[] {
  const start = what.padEnd(columns.what) + sureness.padEnd(columns.sureness);
  const indent = ' '.repeat(margin + columns.what + columns.sureness);
  return wrapText(escapeText(`${where}: ${why}`), pageWidth, indent).map((line, index) =>
    index === 0 ? ' '.repeat(margin) + start + line.slice(indent.length) : line,
  );
}

function diskBlocks(disk: Inspection['disk']): Block[] {
  if ('problem' in disk) return [['disk', [disk.problem]]];
  return [
    ['disk', [disk.path]],
    ['programs', [disk.programs.join(', ') || 'none']],
  ];
}

function wrapped(line: string): string[] {
  const indent = ' '.repeat(margin);
  return wrapText(escapeText(line), pageWidth, indent, `${indent}  `);
}

/** Lines that leave a margin, with the name in that of the first. */
function titled(name: string, lines: readonly string[]): string {
  return lines
    .map((line, index) => `${index === 0 ? name.padEnd(margin) + line.slice(margin) : line}\n`)
    .join('');
}
