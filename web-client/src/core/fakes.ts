/** Stand-ins for tests: a WebSocket whose other end is the test, a connection without WebRTC. */
import type { Connection, ConnectionOptions, ConnectionState } from "./connection";
import type { Line, Publication, Request, SlotRequest } from "./protocol";
import type { SocketLike } from "./signalling";
import type { SlotMids } from "./slots";
import type { Sound, SoundOf } from "./state";

export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: (Request & { id: number })[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Request & { id: number });
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.();
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server or the network ends it. */
  drop(code = 1006): void {
    this.onclose?.({ code });
  }

  last(type: Request["type"]): Request & { id: number } {
    const found = [...this.sent].reverse().find((request) => request.type === type);
    if (!found) throw new Error(`no ${type} was sent, only ${this.sent.map((r) => r.type).join(", ")}`);
    return found;
  }

  reply(type: Request["type"], reply: object): void {
    this.say({ re: this.last(type).id, ...reply });
  }
}

export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly make = (): FakeSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}

/** Has the mids 0..3 to send, 4..6 voices, 7 screen's sound, 8 stage, 9 screen, then the cameras; channel 30, its picture 31, and a booth's 34 and 35. */
export class FakeConnection {
  state: ConnectionState = "new";
  closed = false;
  answers: string[] = [];
  readonly tracks = new Map<Publication, MediaStreamTrack | null>();
  readonly arrived = new Map<string, number>();
  private readonly streams = new Map<string, MediaStream>();
  readonly mids: SlotMids;

  constructor(
    readonly options: ConnectionOptions,
    private readonly changed: (state: ConnectionState) => void,
    private readonly sdp: string,
  ) {
    const cameras = Array.from({ length: options.cameras }, (_, i) => String(10 + i));
    this.mids = { voices: ["4", "5", "6"], screenSound: "7", stage: "8", screen: "9", cameras, channel: "30", channelPicture: "31", ...this.boothMids() };
  }

  private boothMids(): { incoming: string | null; partner: string | null } {
    return this.options.interpreter ? { incoming: "34", partner: "35" } : { incoming: null, partner: null };
  }

  become(state: ConnectionState): void {
    this.state = state;
    this.changed(state);
  }
  offer(): Promise<string> {
    return Promise.resolve(this.sdp);
  }
  lines(slots: readonly SlotRequest[]): Line[] {
    return [...slots];
  }
  answer(sdp: string): Promise<void> {
    this.answers.push(sdp);
    return Promise.resolve();
  }
  async restartIce(exchange: (sdp: string) => Promise<string>): Promise<void> {
    this.answers.push(await exchange(`${this.sdp} restarted`));
  }
  setTrack(publication: Publication, track: MediaStreamTrack | null): Promise<void> {
    this.tracks.set(publication, track);
    return Promise.resolve();
  }
  stream(mid: string): MediaStream {
    const stream = this.streams.get(mid) ?? ({ mid } as unknown as MediaStream);
    this.streams.set(mid, stream);
    return stream;
  }
  sounds(): Sound[] {
    const { voices, screenSound, channel, incoming, partner } = this.mids;
    const sound = (of: SoundOf) => (mid: string): Sound => ({ mid, of, stream: this.stream(mid) });
    return [
      ...voices.map(sound("voice")), sound("screen")(screenSound), sound("channel")(channel),
      ...(incoming === null ? [] : [sound("incoming")(incoming)]), ...(partner === null ? [] : [sound("partner")(partner)]),
    ];
  }
  buffered(): Promise<number> {
    return Promise.resolve(0.06);
  }
  frames(): Map<string, number> {
    return new Map(this.arrived);
  }
  close(): void {
    this.closed = true;
  }
}

export class FakeConnections {
  readonly made: FakeConnection[] = [];
  readonly make = (options: ConnectionOptions, changed: (state: ConnectionState) => void): Connection => {
    const connection = new FakeConnection(options, changed, `offer ${this.made.length + 1}`);
    this.made.push(connection);
    return connection as unknown as Connection;
  };

  get last(): FakeConnection {
    const connection = this.made.at(-1);
    if (!connection) throw new Error("no connection was made");
    return connection;
  }
}
