// docs/invariants.md derives from the query files' headers; `npm run docs` rewrites it.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { queryReference, readQueries } from '../../analyzer/index.js';

const reference = fileURLToPath(new URL('../../docs/invariants.md', import.meta.url));

it('docs/invariants.md is current', async () => {
  await expect(queryReference(readQueries())).toMatchFileSnapshot(reference);
});
