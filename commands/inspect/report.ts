// An inspection as text: a block a subject, at most 100 columns.
import { escapeText, wrapText } from '../../analyzer/index.js';
import type { Inspection } from './execute.js';

const width = 100;

/** Names that come from the kernel or its disk are escaped. */
export function inspectionText(inspection: Inspection): string {
  const { kernel, entry, segments, firstFreeFrame, findings, missing, events, eventsLost, debug } =
    inspection;
  const image = segments.map(({ address, bytes }) => `${hex(address)} (${bytes} bytes)`).join(', ');
  const versions = debug.dwarfVersions.join(' and ');
  const blocks: [string, readonly string[]][] = [
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
    ['found', findings],
    ['missing', missing],
    ['events', [events.join(', ')]],
    ['no events', eventsLost.length === 0 ? [] : [eventsLost.join(', ')]],
    ...diskBlocks(inspection.disk),
  ];
  return blocks.map(([name, lines]) => block(name, lines)).join('');
}

function diskBlocks(disk: Inspection['disk']): [string, readonly string[]][] {
  if ('problem' in disk) return [['disk', [disk.problem]]];
  return [
    ['disk', [disk.path]],
    ['programs', [disk.programs.join(', ') || 'none']],
  ];
}

function block(name: string, lines: readonly string[]): string {
  const indent = ' '.repeat(13);
  const wrapped = lines.flatMap((line) => wrapText(escapeText(line), width, indent, `${indent}  `));
  return wrapped.map((line, index) => `${index === 0 ? name.padEnd(13) + line.slice(13) : line}\n`).join('');
}

const hex = (address: number): string => `0x${address.toString(16)}`;
