// Counts and sizes as people read them.

/** Bytes as people read them: 12.3 MiB. */
export function formatSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A count with separators: 1,234,567. */
export function formatCount(count: number | bigint): string {
  return count.toLocaleString('en-US');
}
