/**
 * The WebSocket: requests with their replies, notices, and coming back after a drop. Knows nothing of meetings; whoever owns it sends `join`
 * first whenever onOpen says that a new socket is there.
 */
import { CLOSE, type ErrorCode, type Notice, parseServerMessage, type ProtocolError, type Reply, type Request, SUBPROTOCOL } from "./protocol";

/** What is used of a WebSocket; tests give their own. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface SignallingEvents {
  /** A new socket is open: join (again), then whatever follows. */
  onOpen(): void;
  onNotice(notice: Notice): void;
  /** The socket is gone; the next try is at `nextTry` (Unix ms). */
  onLost(nextTry: number, code: number): void;
  /** The server said goodbye for good. */
  onClosed(code: number): void;
}

/** A request that got an error, or no answer because the socket went ("lost"). */
export class RequestFailed extends Error {
  constructor(
    readonly code: ErrorCode | "lost",
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

const BACK_OFF_MS = [200, 1000, 2000, 4000, 5000];
const CONNECT_TIMEOUT_MS = 8000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5000;
const FINAL: readonly number[] = [CLOSE.LEFT, CLOSE.ENDED, CLOSE.REPLACED, CLOSE.REMOVED];

interface Waiting {
  resolve(reply: Exclude<Reply, ProtocolError>): void;
  reject(error: RequestFailed): void;
}

export class Signalling {
  private socket: SocketLike | null = null;
  private isOpen = false;
  /** Come back after a drop: from join() to leaving. In the lobby a socket is only opened ahead, and may go. */
  private keep = false;
  private attempt = 0;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private connectTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private pongTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly events: SignallingEvents,
    private readonly makeSocket: (url: string, protocol: string) => SocketLike = (u, p) => new WebSocket(u, p) as SocketLike,
    private readonly random: () => number = Math.random,
  ) {}

  get open(): boolean {
    return this.isOpen;
  }

  /** Opens a socket ahead of joining, so that the handshakes are done when the person presses. */
  warm(): void {
    if (!this.socket && this.retryTimer === undefined) this.connect();
  }

  /** From now on there is to be a socket. onOpen is called as soon as there is one: at once if it is open already. */
  start(): void {
    this.keep = true;
    if (this.isOpen) this.events.onOpen();
    else if (this.retryTimer === undefined) this.warm();
    else this.check();
  }

  /** The join was accepted: the next drop starts with the shortest wait again, and pings begin. */
  confirm(): void {
    this.attempt = 0;
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  /** The page came back from sleep, or the network changed: is the socket alive, and if there is none, try now. */
  check(): void {
    if (!this.keep) return;
    if (this.isOpen) {
      if (this.pingTimer !== undefined) this.ping();
    } else if (this.retryTimer !== undefined) {
      clearTimeout(this.retryTimer);
      this.retryTimer = undefined;
      this.connect();
    }
  }

  /** The server has no room for the join just now: try once more, later. */
  again(): void {
    this.gone(1006);
  }

  /** Ends it from this side; no event follows. */
  stop(): void {
    this.keep = false;
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.drop(CLOSE.LEFT);
  }

  /** Rejects with RequestFailed. Requests made in one go are sent, and handled by the server, in that order. */
  request(request: Request): Promise<Exclude<Reply, ProtocolError>> {
    const socket = this.socket;
    if (!socket || !this.isOpen) return Promise.reject(new RequestFailed("lost", "", "no connection"));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, ...request }));
    });
  }

  private connect(): void {
    let socket: SocketLike;
    try {
      socket = this.makeSocket(this.url, SUBPROTOCOL);
    } catch {
      // A policy may forbid the socket outright; to the person it is a server that isn't reached.
      this.lost(1006);
      return;
    }
    this.socket = socket;
    this.connectTimer = setTimeout(() => this.gone(1006), CONNECT_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.connectTimer);
      this.isOpen = true;
      if (this.keep) this.events.onOpen();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.gone(event.code);
    socket.onerror = null; // a close follows each error
  }

  private receive(data: unknown): void {
    clearTimeout(this.pongTimer);
    this.pongTimer = undefined;
    const parsed = parseServerMessage(data);
    if (parsed.kind === "bad") {
      console.warn("Message of the server not understood:", parsed.why);
    } else if (parsed.kind === "notice") {
      this.events.onNotice(parsed.notice);
    } else {
      this.settle(parsed.reply);
    }
  }

  private settle(reply: Reply): void {
    if (reply.re === undefined) {
      if (reply.type === "error") console.warn("Error of the server:", reply.code, reply.message);
      return;
    }
    const waiting = this.waiting.get(reply.re);
    if (!waiting) return;
    this.waiting.delete(reply.re);
    if (reply.type === "error") waiting.reject(new RequestFailed(reply.code, reply.field, reply.message));
    else waiting.resolve(reply);
  }

  private ping(): void {
    this.request({ type: "ping" }).catch(() => undefined);
    // A dead socket says nothing for minutes by itself: TCP goes on trying.
    this.pongTimer ??= setTimeout(() => this.gone(1006), PONG_WITHIN_MS);
  }

  private gone(code: number): void {
    this.drop(code);
    this.lost(code);
  }

  private lost(code: number): void {
    if (!this.keep) return;
    if (FINAL.includes(code)) {
      this.keep = false;
      this.events.onClosed(code);
      return;
    }
    const base = BACK_OFF_MS[Math.min(this.attempt, BACK_OFF_MS.length - 1)] ?? 5000;
    this.attempt++;
    const wait = base * (0.7 + 0.6 * this.random());
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      this.connect();
    }, wait);
    this.events.onLost(Date.now() + wait, code);
  }

  /** Lets go of the socket at once: browsers wait half a minute for a dead peer's closing handshake. */
  private drop(code: number): void {
    clearTimeout(this.connectTimer);
    clearInterval(this.pingTimer);
    clearTimeout(this.pongTimer);
    this.pingTimer = undefined;
    this.pongTimer = undefined;
    this.isOpen = false;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      try {
        socket.close(code === CLOSE.LEFT ? 1000 : undefined);
      } catch {
        // already closed
      }
    }
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new RequestFailed("lost", "", "the connection was lost"));
  }
}
