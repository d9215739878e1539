// The face of the gdb remote protocol server: a replay as gdb sees it.
export { GdbServer, parseGdbAddress, type GdbAddress } from './server.js';
export { Target } from './target.js';
export { ProtocolError } from './hexadecimal.js';
export type { MonitorCommand, MonitorContext } from './monitor.js';
export { ownCommands as monitorCommands } from './monitor-commands.js';
