// Where the sources of a trace's kernel may be: a trace does not keep them.
import { statSync } from 'node:fs';
import { UsageError } from '../errors.js';
import { isBuiltinKernel } from '../fixtures/index.js';
import { packageRoot } from '../package-root.js';

/**
 * The directory given, or our own sources if the kernel (its SHA-256, hex) is one that was built from them. Throws
 * UsageError when what was given is no directory.
 */
export function sourceRoots(given: string | undefined, kernelDigest: string | undefined): string[] {
  if (given === undefined)
    return kernelDigest !== undefined && isBuiltinKernel(kernelDigest) ? [packageRoot()] : [];
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`there is no directory ${given}; --source takes the top of the kernel's tree`);
  return [given];
}
