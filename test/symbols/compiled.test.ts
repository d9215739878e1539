// The fixture program compiled here in many variants, every address compared with what GNU binutils says
// about it. Skipped (and counted as such) where the cross compiler is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { functionNamed } from './fixtures.js';
import { unless } from '../support/skipped.js';

const prefix = 'riscv64-unknown-elf-';
const sources = fileURLToPath(new URL('./fixtures/', import.meta.url));
const hasCompiler =
  spawnSync(`${prefix}gcc`, ['--version']).status === 0 && spawnSync('make', ['--version']).status === 0;

const variants = [
  '-gdwarf-2 -O0',
  '-gdwarf-2 -O2',
  '-gdwarf-3 -O2',
  '-gdwarf-4 -O0',
  '-gdwarf-4 -O2 -fdebug-types-section',
  '-gdwarf-5 -O0 -gz',
  '-gdwarf-5 -O2',
  '-gdwarf-5 -O2 -fasynchronous-unwind-tables -fno-omit-frame-pointer -mno-relax',
] as const;

/** What addr2line prints for each address: function@file:line, innermost first. */
function addressLines(path: string, addresses: readonly bigint[]): string[][] {
  const input = addresses.map((address) => `0x${address.toString(16)}`).join('\n');
  const text = execFileSync(`${prefix}addr2line`, ['-f', '-i', '-a', '-e', path], {
    input,
    encoding: 'utf8',
  });
  return text
    .split(/^0x.*$/m)
    .slice(1)
    .map((block) => {
      const lines = block.trim().split('\n');
      return lines.flatMap((name, index) => {
        if (index % 2 === 1) return [];
        const place = lines[index + 1].replace(/^(\.\/)+/, '').replace(/ \(discriminator \d+\)$/, '');
        return [`${name}@${place}`];
      });
    });
}

/** Where readelf's interpretation of the frame information has the return address, by pc. */
function returnAddresses(path: string): Map<bigint, string> {
  const text = execFileSync(`${prefix}readelf`, ['--debug-dump=frames-interp', path], { encoding: 'utf8' });
  const places = new Map<bigint, string>();
  for (const block of text.split('\n\n')) {
    const range = /FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)/.exec(block);
    if (range === null) continue;
    const columns = (/LOC\s+CFA\s+(.*)/.exec(block)?.[1] ?? '').trim().split(/\s+/);
    const rows = [...block.matchAll(/^([0-9a-f]{16}) (\w+)\+(\d+)\s*(.*)$/gm)];
    for (let pc = BigInt(`0x${range[1]}`); pc < BigInt(`0x${range[2]}`); pc += 2n) {
      const row = rows.filter((candidate) => BigInt(`0x${candidate[1]}`) <= pc).at(-1);
      if (row === undefined) continue;
      const rule = row[4].trim().split(/\s+/)[columns.indexOf('ra')];
      const saved = /^c([-+]\d+)$/.exec(rule ?? '');
      places.set(pc, saved === null ? 'ra' : `${row[2]}${Number(row[3]) + Number(saved[1])}`);
    }
  }
  return places;
}

function build(folder: string, flags: string): { path: string; info: DebugInfo } {
  const settings = [`OUT=${folder}`, 'NAME=program', `FIRST=${flags}`, `ASSEMBLY=${flags.split(' ')[0]}`];
  execFileSync('make', ['-s', '-C', sources, ...settings, 'one'], { stdio: 'pipe' });
  const path = join(folder, 'program.elf');
  return { path, info: DebugInfo.parse(parseElf(new Uint8Array(readFileSync(path)), path)) };
}

/** Addresses of the code, from its start. */
function someAddresses(info: DebugInfo): bigint[] {
  const first = functionNamed(info, '_start').address;
  return Array.from({ length: 120 }, (_, index) => first + BigInt(index * 2));
}

describe.skipIf(!hasCompiler).each(variants)(
  `compiled with %s${unless(hasCompiler, `${prefix}gcc or make`)}`,
  (flags) => {
    let folder = '';
    let path = '';
    let info: DebugInfo;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cowtrace-symbols-'));
      ({ path, info } = build(folder, flags));
    });

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('says of every address what addr2line says', () => {
      expect(info.warnings).toEqual([]);
      const addresses = someAddresses(info);
      const ours = addresses.map((pc) => {
        const location = info.locationOf(pc);
        const frames = location === undefined ? [] : [location, ...location.inlinedBy];
        return frames.map((frame) => `${frame.function}@${frame.file}:${frame.line}`);
      });
      // Of assembly, binutils names the nearest label, local or not; we name the function.
      const theirs = addressLines(path, addresses).map((frames) =>
        frames.map((frame) => frame.replace(/^spin@/, '_start@')),
      );
      expect(ours).toEqual(theirs);
    });

    it('finds return addresses where readelf finds them', () => {
      const expected = returnAddresses(path);
      expect(expected.size).toBeGreaterThan(50);
      for (const [pc, place] of expected) {
        const found = info.returnAddressLocation(pc);
        const ours = found?.kind === 'memory' ? `${found.register === 2 ? 'sp' : 's0'}${found.offset}` : 'ra';
        expect(ours, pc.toString(16)).toBe(place);
      }
    });

    it('gives the same layout whatever the version', () => {
      expect(info.typeNamed('struct node')).toMatchObject({ size: 112 });
      expect(info.typeOf('hidden')).toMatchObject({ kind: 'pointer', target: { size: 120 } });
    });
  },
);

// GNU addr2line 2.40 loses the lines or inlined calls of these, so the usual form of the same code is the
// judge.
it.skipIf(!hasCompiler).each(['-gdwarf64', '-fdebug-types-section'])(
  `reads %s like the usual form${unless(hasCompiler, `${prefix}gcc or make`)}`,
  (flag) => {
    const folder = mkdtempSync(join(tmpdir(), 'cowtrace-symbols-'));
    try {
      const { info: usual } = build(folder, '-gdwarf-5 -O2');
      const { info: special } = build(folder, `-gdwarf-5 -O2 ${flag}`);
      expect(special.warnings).toEqual([]);
      expect(someAddresses(special).map((pc) => special.locationOf(pc))).toEqual(
        someAddresses(usual).map((pc) => usual.locationOf(pc)),
      );
      expect(special.variables.map((variable) => variable.name)).toEqual(
        usual.variables.map((variable) => variable.name),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
