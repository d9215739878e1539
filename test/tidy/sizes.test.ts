// Files, functions and lines stay small, and what is exported is explained. Exceptions are in ratchet.json.
import { describe, expect, it } from 'vitest';
import { limits, measure } from './limits.js';
import { excess, lowered, ratchetFile, readRatchet, type LimitName } from './ratchet.js';

const limitNames = Object.keys(limits) as LimitName[];

describe('sizes', () => {
  const sizes = measure();
  const exceptions = readRatchet();

  it.each(limitNames)('%s stay within the limit, or no larger than they were', (name) => {
    const { aim, advice } = limits[name];
    expect(excess(sizes[name], aim, exceptions[name]), advice).toEqual([]);
  });

  it.each(limitNames)('%s have no exception from the hard limit', (name) => {
    const { hard = Infinity, advice } = limits[name];
    expect(excess(sizes[name], hard, {}), advice).toEqual([]);
  });

  it('that shrank are written down: run `npm run accept`', async () => {
    const left = limitNames.map((name) => [name, lowered(sizes[name], limits[name].aim, exceptions[name])]);
    const text = `${JSON.stringify(Object.fromEntries(left), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(ratchetFile);
  });
});

describe('the ratchet', () => {
  it('refuses what is new and over the limit, or has grown', () => {
    expect(excess({ old: 50, grown: 51, fresh: 41, small: 40 }, 40, { old: 50, grown: 50 })).toEqual([
      'grown: 51, and at most 50 are allowed here',
      'fresh: 41, and at most 40 are allowed here',
    ]);
  });

  it('lowers what shrank, forgets what is within the limit or gone, and adds nothing', () => {
    const exceptions = { shrunk: 60, small: 50, gone: 50, grown: 45 };
    expect(lowered({ shrunk: 55, small: 40, grown: 46, fresh: 99 }, 40, exceptions)).toEqual({
      grown: 45,
      shrunk: 55,
    });
  });
});
