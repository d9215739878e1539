// How findings name addresses.

/** An address as people write it. */
export const hex = (address: number): string => `0x${address.toString(16)}`;
