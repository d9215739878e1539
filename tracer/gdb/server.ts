// Waits for gdb at a TCP port of this machine, and serves one client after another on the same replay.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { UsageError } from '../../errors.js';
import { Connection } from './connection.js';
import type { MonitorCommand } from './monitor.js';
import { Session } from './session.js';
import type { Target } from './target.js';

/** Where to listen. */
export interface GdbAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** A client that goes and one that comes may be seen in the wrong order. */
const patienceMilliseconds = 500;

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Reads `[HOST:]PORT`.
 *
 * @throws UsageError for what is no port, and for hosts that others can reach: there is no password.
 */
export function parseGdbAddress(text: string): GdbAddress {
  const [, host = 'localhost', digits] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535)
    throw new UsageError(`--gdb ${text} is no [HOST:]PORT: give a port such as 26000`);
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (bare !== '' && !loopback.test(bare))
    throw new UsageError(
      `--gdb ${text} would let other machines in, and there is no password: give a port alone, or localhost, 127.0.0.1 or [::1]`,
    );
  return { host: bare || 'localhost', port };
}

/** A server that listens, and the session it serves. */
export class GdbServer {
  /** Settles when a client has ended the replay, or `close` was called; rejects with what a session failed with. */
  readonly closed: Promise<void>;
  private readonly server: Server;
  private client: Socket | undefined;
  private session: Promise<void> | undefined;
  private listening = 0;
  private settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  /**
   * Starts listening.
   *
   * @throws UsageError when the port is taken or may not be used
   */
  static async listen(
    address: GdbAddress,
    target: Target,
    monitor: readonly MonitorCommand[],
  ): Promise<GdbServer> {
    const server = new GdbServer(target, monitor);
    await server.open(address);
    return server;
  }

  private constructor(
    private readonly target: Target,
    private readonly monitor: readonly MonitorCommand[],
  ) {
    this.server = createServer((socket) => void this.accept(socket));
    this.closed = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** The port it listens on. */
  get port(): number {
    return this.listening;
  }

  /** Ends the session that is open, and listens no more. */
  close(): void {
    this.client?.destroy();
    this.server.close();
    this.settle?.resolve();
  }

  private open({ host, port }: GdbAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        const why =
          error.code === 'EADDRINUSE' ? 'is taken: give another one' : `cannot be used (${error.code})`;
        reject(new UsageError(`--gdb: port ${port} of ${host} ${why}`));
      });
      this.server.listen({ host, port }, () => {
        this.listening = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** One position, one client: a second one would see it move by itself. */
  private async accept(socket: Socket): Promise<void> {
    socket.on('error', () => socket.destroy());
    const patience = new Promise((resolve) => setTimeout(resolve, patienceMilliseconds).unref());
    if (this.session) await Promise.race([this.session, patience]);
    if (this.session) {
      socket.destroy();
      return;
    }
    this.session = this.serve(socket);
  }

  private async serve(socket: Socket): Promise<void> {
    this.client = socket;
    socket.setNoDelay(true);
    try {
      const end = await new Session(new Connection(socket), this.target, this.monitor).serve();
      if (end === 'killed') this.close();
    } catch (error) {
      this.server.close();
      socket.destroy();
      this.settle?.reject(error);
    }
    this.session = undefined;
  }
}
