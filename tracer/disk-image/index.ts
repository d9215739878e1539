// Face of the disk image format: what is on an xv6 disk, and a disk made from files, and files added to one or
// rewritten.
export { DiskImage, type DirectoryEntry } from './reader.js';
export { addFiles } from './adder.js';
export { rewriteFile } from './rewriter.js';
export { DEFAULT_GEOMETRY, writeDiskImage, type DiskFile, type DiskGeometry } from './writer.js';
export { FILE_BYTES_MAX, NAME_BYTES_MAX } from './layout.js';
