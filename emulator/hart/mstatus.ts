// Fields of mstatus and of its restricted view sstatus (privileged specification 3.1.6 and 4.1.1).

export const Mstatus = {
  sie: 1n << 1n,
  mie: 1n << 3n,
  spie: 1n << 5n,
  mpie: 1n << 7n,
  spp: 1n << 8n,
  mppShift: 11n,
  mpp: 3n << 11n,
  fs: 3n << 13n,
  mprv: 1n << 17n,
  sum: 1n << 18n,
  mxr: 1n << 19n,
  tvm: 1n << 20n,
  tw: 1n << 21n,
  tsr: 1n << 22n,
  /** UXL and SXL, read-only 2 (64-bit). */
  xl: (2n << 32n) | (2n << 34n),
  /** Summary of FS = dirty. */
  sd: 1n << 63n,
} as const;

/** Bits software may write. */
export const mstatusWritable =
  Mstatus.sie |
  Mstatus.mie |
  Mstatus.spie |
  Mstatus.mpie |
  Mstatus.spp |
  Mstatus.mpp |
  Mstatus.fs |
  Mstatus.mprv |
  Mstatus.sum |
  Mstatus.mxr |
  Mstatus.tvm |
  Mstatus.tw |
  Mstatus.tsr;

export const sstatusWritable =
  Mstatus.sie | Mstatus.spie | Mstatus.spp | Mstatus.fs | Mstatus.sum | Mstatus.mxr;

export const sstatusReadable = sstatusWritable | (2n << 32n) | Mstatus.sd;

/** Interrupt bits of mip/mie by number. */
export const Interrupt = {
  supervisorSoftware: 1,
  machineSoftware: 3,
  supervisorTimer: 5,
  machineTimer: 7,
  supervisorExternal: 9,
  machineExternal: 11,
} as const;

export const supervisorInterrupts = (1n << 1n) | (1n << 5n) | (1n << 9n);
export const machineInterrupts = (1n << 3n) | (1n << 7n) | (1n << 11n);
