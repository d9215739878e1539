// The face of kernel inputs: from the path of a tree or a kernel to its bytes and those of its disk.
export {
  findKernelInput,
  readDisk,
  readKernel,
  readProgramFile,
  type FoundKernel,
  type KernelFile,
} from './find.js';
export { checkProgram } from './program.js';
export { bootImage } from './boot-image.js';
