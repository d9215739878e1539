// Names of virtio-mmio's numbers: registers (virtio 1.2, section 4.2.2 and, for legacy, 4.2.4), status and
// interrupt bits.

/** `modern` is the interface of virtio 1.0 and later, `legacy` the one before. */
export type VirtioVersion = 'modern' | 'legacy';

/** What every slot says of itself, occupied or not. */
export const virtioIdentity = {
  magic: 0x7472_6976, // "virt"
  version: { legacy: 1, modern: 2 },
  vendor: 0x554d_4551, // "QEMU": xv6 looks for it
} as const;

export const virtioRegister = {
  magicValue: 0x000,
  version: 0x004,
  deviceId: 0x008,
  vendorId: 0x00c,
  deviceFeatures: 0x010,
  deviceFeaturesSelect: 0x014,
  driverFeatures: 0x020,
  driverFeaturesSelect: 0x024,
  legacyGuestPageSize: 0x028,
  queueSelect: 0x030,
  queueSizeMaximum: 0x034,
  queueSize: 0x038,
  legacyQueueAlign: 0x03c,
  legacyQueuePageNumber: 0x040,
  queueReady: 0x044,
  queueNotify: 0x050,
  interruptStatus: 0x060,
  interruptAcknowledge: 0x064,
  status: 0x070,
  /** Low words of the three addresses; the high word follows each. */
  queueDescriptors: 0x080,
  queueDriver: 0x090,
  queueDevice: 0x0a0,
  config: 0x100,
} as const;

/** Bits of the status register that mean something to the device itself. */
export const virtioStatus = { driverOk: 0x04, needsReset: 0x40 } as const;
export const virtioInterrupt = { usedBuffer: 1, configuration: 2 } as const;
