// Where the sources of a trace's kernel may be: a trace does not keep them.
import { isBuiltinKernel } from '../fixtures/index.js';
import { packageRoot } from '../package-root.js';

/** The directory given, or our own sources if the kernel (its SHA-256, hex) is one that was built from them. */
export function sourceRoots(given: string | undefined, kernelDigest: string | undefined): string[] {
  if (given !== undefined) return [given];
  return kernelDigest !== undefined && isBuiltinKernel(kernelDigest) ? [packageRoot()] : [];
}
