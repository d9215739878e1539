// Framing of the remote protocol: packets survive any cutting, damage is noticed, and binary bytes are escaped.
import { describe, expect, it } from 'vitest';
import { framePacket, PacketReader, type Incoming } from '../../tracer/gdb/packets.js';

const packet = (payload: string): Incoming => ({ kind: 'packet', payload });
const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

describe('packets', () => {
  it('have the checksum of the manual', () => {
    expect(framePacket('OK')).toBe('$OK#9a');
    expect(framePacket('')).toBe('$#00');
  });

  it('carry every byte, whatever the pieces they arrive in', () => {
    const sent = `+${framePacket('qSupported')}\x03-${framePacket(everyByte)}${framePacket('')}`;
    const expected = [
      { kind: 'acknowledged' },
      packet('qSupported'),
      { kind: 'interrupt' },
      { kind: 'again' },
      packet(everyByte),
      packet(''),
    ];
    for (const length of [1, 2, 3, 7, sent.length]) {
      const reader = new PacketReader();
      const found: Incoming[] = [];
      for (let at = 0; at < sent.length; at += length)
        found.push(...reader.read(sent.slice(at, at + length)));
      expect(found, `pieces of ${length}`).toEqual(expected);
    }
  });

  it('escape what would end or repeat something', () => {
    expect(framePacket('a#b')).toMatch(/^\$a\}\x03b#/);
    expect(framePacket('0*')).toMatch(/^\$0\}\x0a#/);
  });

  it('that are damaged are told from whole ones', () => {
    const reader = new PacketReader();
    expect(reader.read('$g#00$g#67')).toEqual([{ kind: 'damaged' }, packet('g')]);
  });

  it('that never end do not fill memory', () => {
    const reader = new PacketReader();
    expect(reader.read('$' + 'x'.repeat(3 << 20))).toEqual([]);
    expect(reader.read('$g#67')).toEqual([packet('g')]);
  });
});
