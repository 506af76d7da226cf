/**
 * Being in a meeting: joins over the signalling, keeps one connection to the relay, and brings both back after any cut. Reads the state and
 * changes it only by dispatching events; local tracks are given to it and outlive its connections.
 */
import { Connection, type ConnectionOptions, type ConnectionState } from "./connection";
import { type Joined, type JoinRequest, type Notice, PROTOCOL_VERSION, type Publication, type Request, type Resume } from "./protocol";
import type { Event } from "./reduce";
import { RequestFailed, Signalling, type SocketLike } from "./signalling";
import { SlotKeeper } from "./slot_keeper";
import type { Geometry } from "./slots";
import { prefersProgram } from "./sound/hearing";
import type { Link, State, Unsaid } from "./state";

export interface SessionHost {
  state(): State;
  dispatch(event: Event): void;
  /** Joined, for the first time or again: remember how to resume. */
  joined(joined: Joined): void;
  /** The join was refused; the session has ended. */
  refused(error: RequestFailed): void;
  /** What concerns own devices or the page (muted, removed…), after the state has changed. */
  notice(notice: Notice): void;
  /** The server isn't reached, and the meeting isn't on the page yet. The session goes on trying. */
  unreachable(): void;
  /** What this page switched on isn't taken: the server is busy. */
  busy(): void;
  /** The channel's slot carries this feed now, behind so many seconds of what is in the jitter buffer. */
  channelMoved(feed: string, seconds: number): void;
  /** The server closed for good. */
  closed(code: number): void;
}

export interface Identity { token: string; device: string }
/** seen: the last message that this page knew before it was loaded again. */
export interface JoinOptions { resume?: Resume; takeover?: boolean; another?: boolean; seen?: number }
/** Made by tests in place of the real ones. */
export interface Factories {
  connection(options: ConnectionOptions, changed: (state: ConnectionState) => void): Connection;
  socket?: (url: string, protocol: string) => SocketLike;
}

/** ICE often finds its path again within this time. */
const DISCONNECTED_PATIENCE_MS = 2000;
/** How long a new path or a new connection may take before the next thing is tried. */
const PATH_PATIENCE_MS = 8000;
/** After this the page says that sound and picture are away. */
const SAY_LOST_MS = 4000;
const SLOTS_QUIET_MS = 100;
const SLOTS_AGAIN_MS = 1000;
const FRAMES_EVERY_MS = 250;

/** What a connection must be made anew for. Credentials of a TURN server are others at each join; those of before are good for a day. */
const terms = ({ cameras, video, iceServers, interpreter }: ConnectionOptions): string =>
  JSON.stringify([cameras, video, iceServers.map(({ urls }) => urls), interpreter]);

export class Session {
  private readonly signalling: Signalling;
  private readonly slots: SlotKeeper;
  private connection: Connection | null = null;
  /** An offer of the connection went out / its answer has come. */
  private offered = false;
  private answered = false;
  /** ICE restarts since the connection was last there. */
  private restarts = 0;
  private isJoined = false;
  /** A join is on its way. */
  private joining = false;
  private joinOptions: JoinOptions = {};
  private resume: Resume | null = null;
  private readonly tracks = new Map<Publication, MediaStreamTrack>();
  private options: ConnectionOptions;
  /** As the server knows it: with each join it begins anew. */
  private toldProgram = false;
  private slotsTimer: ReturnType<typeof setTimeout> | undefined;
  private framesTimer: ReturnType<typeof setInterval> | undefined;
  private pathTimer: ReturnType<typeof setTimeout> | undefined;
  private linkTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    private readonly identity: Identity,
    cameras: number,
    geometry: Geometry,
    private readonly host: SessionHost,
    private readonly make: Factories = { connection: (options, changed) => new Connection(options, changed) },
  ) {
    this.options = { cameras, video: ["VP8"], iceServers: [], interpreter: false };
    this.slots = new SlotKeeper(() => host.state(), (event) => host.dispatch(event), geometry, host.channelMoved);
    this.signalling = new Signalling(
      url,
      {
        onOpen: () => this.join(),
        onNotice: (notice) => this.onNotice(notice),
        onLost: (nextTry) => this.onLost(nextTry),
        onClosed: (code) => {
          this.end();
          host.closed(code);
        },
      },
      make.socket,
    );
  }

  /** How many tiles a page can have. */
  get cameraSlots(): number {
    return this.options.cameras;
  }

  /** In the lobby: connection and offer are made while the person types; anew when it turns out that they need a booth's lines. */
  prepare(interpreter = this.options.interpreter): void {
    const same = interpreter === this.options.interpreter;
    this.options = { ...this.options, interpreter };
    if (!this.connection || !same) this.newConnection();
  }

  /** In the lobby, when the person stirs: the socket's handshakes are done when they press. */
  warm(): void {
    this.signalling.warm();
  }

  start(options: JoinOptions): void {
    if (this.joining) return; // pressed again while the last try is still under way
    this.joinOptions = options;
    this.resume = options.resume ?? null;
    this.prepare();
    this.signalling.start();
  }

  /** Sends this track; whoever gave it stops it. */
  setTrack(publication: Publication, track: MediaStreamTrack | null): void {
    if (track) this.tracks.set(publication, track);
    else this.tracks.delete(publication);
    void this.connection?.setTrack(publication, track);
  }

  /** Tells the others what this person does now. */
  tellMedia(): void {
    if (!this.isJoined) return;
    const { microphone, camera, screenShare } = this.host.state();
    const request: Request = { type: "media", microphone, camera, screen: screenShare === "on" };
    this.request(request).catch((error: unknown) => {
      if (!(error instanceof RequestFailed) || error.code === "lost") return;
      if (error.code === "busy") this.host.busy();
      else console.warn("Refused:", request.type, error.message);
    });
  }

  setGeometry(geometry: Geometry): void {
    this.slots.geometry = geometry;
    this.layoutChanged();
  }

  /** People, pages, stage, screen or sizes may have changed. What changes together goes out together. */
  layoutChanged(delay = SLOTS_QUIET_MS): void {
    if (!this.isJoined || (this.slotsTimer !== undefined && delay > 0)) return;
    clearTimeout(this.slotsTimer);
    this.slotsTimer = setTimeout(() => this.syncSlots(), delay);
  }

  /** Rejects with RequestFailed. */
  async request(request: Request): ReturnType<Signalling["request"]> {
    if (!this.isJoined) throw new RequestFailed("lost", "", "no connection");
    return this.signalling.request(request);
  }

  /** What of an audio slot arrives; null: nothing to say. */
  received(mid: string): ReturnType<Connection["received"]> {
    return this.connection?.received(mid).catch(() => null) ?? Promise.resolve(null);
  }

  /** Text that can't go now goes when the connection is back; until the server has it, it is in the state. */
  async chat(text: string): Promise<void> {
    const { unsaid } = this.host.state();
    const one = { key: 1 + Math.max(0, ...unsaid.map(({ key }) => key)), text };
    this.setUnsaid([...unsaid, one]);
    try {
      await this.request({ type: "chat", text });
    } catch (error) {
      if (error instanceof RequestFailed && error.code === "lost") return;
      this.said(one);
      throw error;
    }
    this.said(one);
  }

  private said(one: Unsaid | undefined): void {
    const { unsaid } = this.host.state();
    if (one && unsaid.includes(one)) this.setUnsaid(unsaid.filter((other) => other !== one));
  }

  private setUnsaid(unsaid: readonly Unsaid[]): void {
    this.host.dispatch({ type: "set", change: { unsaid } });
  }

  /** The page woke up or the network changed. */
  check(networkChanged: boolean): void {
    this.signalling.check();
    if (!networkChanged) return;
    if (this.isJoined && this.answered) this.newPath();
    // What the lobby prepared listens on the network that was.
    else if (this.connection && !this.offered) this.newConnection();
  }

  leave(): void {
    // Closing sends what is queued first.
    this.send({ type: "leave" });
    this.end();
  }

  /** Lets go of everything but the tracks. */
  end(): void {
    this.signalling.stop();
    this.isJoined = false;
    clearTimeout(this.slotsTimer);
    this.slotsTimer = undefined;
    this.dropConnection();
  }

  // Joining

  private join(): void {
    const { profile, joinMode, role, consent } = this.host.state();
    const request: JoinRequest = {
      type: "join", version: PROTOCOL_VERSION, ...this.identity, ...profile, listenOnly: joinMode === "listen",
      ...(this.resume ? { resume: this.resume } : {}),
      ...(this.joinOptions.takeover ? { takeover: true } : {}),
      ...(this.joinOptions.another ? { another: true } : {}),
      ...(role === "interpreter" || role === null ? { consent } : {}), // after a reload the role isn't known yet
    };
    // A connection that the relay doesn't know yet needn't wait for what the server says to the join: its offer goes right behind.
    const ahead = !this.offered;
    this.joining = true;
    this.signalling.request(request).then(
      (reply) => {
        this.joining = false;
        if (reply.type === "joined") this.onJoined(reply, ahead);
      },
      (error: unknown) => {
        this.joining = false;
        this.onRefused(error);
      },
    );
    if (ahead) this.offer();
  }

  private onJoined(joined: Joined, offeredAhead: boolean): void {
    const { seen: before = 0 } = this.joinOptions;
    this.joinOptions = {};
    this.isJoined = true;
    this.resume = { participant: joined.participant, secret: joined.secret };
    this.signalling.confirm();
    const seen = this.host.state().chat.at(-1)?.id ?? before;
    this.host.dispatch({ type: "joined", joined, at: Date.now() });
    this.host.joined(joined);
    this.toldProgram = false;
    const otherTerms = this.adopt(joined);
    if (otherTerms || (joined.media === "new" && !offeredAhead)) this.renew();
    else this.showStreams();
    this.framesTimer ??= setInterval(() => this.slots.watch(Date.now()), FRAMES_EVERY_MS);
    this.tellMedia();
    this.sayUnsent(joined, seen);
    this.syncSlots();
    if (this.answered && this.connection?.state !== "connected") this.newPath();
    this.showLink();
  }

  /** Takes over what the server allows; true: the connection must be made anew for it. */
  private adopt(joined: Joined): boolean {
    const options: ConnectionOptions = {
      cameras: Math.max(1, Math.min(this.options.cameras, joined.limits.cameras)),
      video: joined.video.length > 0 ? joined.video : this.options.video,
      iceServers: joined.iceServers,
      interpreter: joined.role === "interpreter",
    };
    const same = terms(options) === terms(this.options);
    this.options = options;
    return !same;
  }

  private sayUnsent(joined: Joined, seen: number): void {
    // What went out just before the cut may have arrived.
    const arrived = new Set(joined.chat.filter((c) => c.id > seen && c.from === joined.participant).map((c) => c.text));
    const texts = this.host.state().unsaid.map(({ text }) => text).filter((text) => !arrived.has(text));
    this.setUnsaid([]);
    for (const text of texts) this.chat(text).catch((error: unknown) => console.warn("Not said", error));
  }

  private onRefused(error: unknown): void {
    if (!(error instanceof RequestFailed) || error.code === "lost") return; // onLost has seen to it
    if (this.resume && error.field !== "token" && (error.code === "unauthorized" || error.code === "not-found")) {
      // The server has forgotten this person: come in anew; what this browser may have left behind gives way.
      this.resume = null;
      this.joinOptions = { takeover: true };
      this.newConnection();
      this.join();
      return;
    }
    if (this.host.state().page.at === "meeting" && (error.code === "limit" || error.code === "busy" || error.code === "internal")) {
      // After a restart of the server everybody comes at once.
      this.signalling.again();
      return;
    }
    this.end();
    this.host.refused(error);
  }

  private onLost(nextTry: number): void {
    this.isJoined = false;
    // An answer that went down with the socket doesn't come any more.
    if (this.offered && !this.answered) this.newConnection();
    const { page, link } = this.host.state();
    if (page.at !== "meeting") {
      this.host.unreachable();
      return;
    }
    const since = link.at === "connected" ? Date.now() : link.since;
    this.host.dispatch({ type: "set", change: { link: { at: "signalling-lost", since, nextTry } } });
  }

  private onNotice(notice: Notice): void {
    const { me, unsaid } = this.host.state();
    // Its answer may be lost.
    if (notice.type === "chat" && notice.chat.from === me) this.said(unsaid.find(({ text }) => text === notice.chat.text));
    this.host.dispatch({ type: "notice", notice, at: Date.now() });
    if (notice.type === "media-lost") this.renew();
    this.host.notice(notice);
    if (["person", "left", "stage", "screen"].includes(notice.type)) this.layoutChanged();
    // What is heard doesn't wait: a program may have ended.
    if (["languages", "quality"].includes(notice.type)) this.layoutChanged(0);
  }

  private send(request: Request): void {
    this.request(request).catch((error: unknown) => {
      if (error instanceof RequestFailed && error.code !== "lost") console.warn("Refused:", request.type, error.message);
    });
  }

  // The connection

  private newConnection(): void {
    this.dropConnection();
    const connection = this.make.connection(this.options, (state) => {
      if (this.connection === connection) this.onPath(state);
    });
    this.connection = connection;
    this.slots.attach(connection);
    if (this.host.state().paused.length > 0) this.host.dispatch({ type: "set", change: { paused: [] } });
    for (const [publication, track] of this.tracks) void connection.setTrack(publication, track);
  }

  private dropConnection(): void {
    clearTimeout(this.pathTimer);
    clearTimeout(this.linkTimer);
    this.linkTimer = undefined;
    if (!this.isJoined) {
      clearInterval(this.framesTimer);
      this.framesTimer = undefined;
    }
    this.connection?.close();
    this.connection = null;
    this.offered = false;
    this.answered = false;
    this.restarts = 0;
    this.slots.attach(null);
  }

  /** Gives the connection up for a new one; own devices go on. */
  private renew(): void {
    this.newConnection();
    if (!this.isJoined) return; // the next join brings the offer
    this.offer();
    this.showLink();
  }

  private offer(): void {
    const { connection } = this;
    if (!connection) return;
    this.offered = true;
    this.exchangeFirst(connection).catch((error: unknown) => {
      if (this.connection !== connection || (error instanceof RequestFailed && error.code === "lost") || !this.isJoined) return;
      console.warn("No connection for sound and picture", error);
      this.pathTimer = setTimeout(() => this.renew(), PATH_PATIENCE_MS);
      this.showLink();
    });
  }

  private async exchangeFirst(connection: Connection): Promise<void> {
    const sdp = await connection.offer();
    const reply = await this.signalling.request({ type: "offer", sdp, lines: connection.lines(this.slots.first()), fresh: true });
    if (reply.type !== "answer" || this.connection !== connection) return;
    await connection.answer(reply.sdp);
    this.answered = true;
    this.pathTimer = setTimeout(() => this.renewUnlessThere(connection), PATH_PATIENCE_MS);
    if (this.isJoined) this.showStreams();
  }

  private renewUnlessThere(connection: Connection): void {
    if (this.connection !== connection) return;
    if (connection.state === "connected") this.restarts = 0;
    else this.renew();
  }

  private showStreams(): void {
    const { connection } = this;
    if (!connection) return;
    this.host.dispatch({ type: "set", change: { sounds: connection.sounds() } });
    this.layoutChanged(0);
  }

  private onPath(state: ConnectionState): void {
    if (state === "connected") {
      clearTimeout(this.pathTimer);
      this.restarts = 0;
    } else if (state === "failed") {
      this.newPath();
    } else if (state === "disconnected") {
      clearTimeout(this.pathTimer);
      this.pathTimer = setTimeout(() => this.newPath(), DISCONNECTED_PATIENCE_MS);
    }
    this.showLink();
  }

  /** Looks for another way to the relay (ICE restart); if that has been tried already, by a new connection. */
  private newPath(): void {
    const { connection } = this;
    clearTimeout(this.pathTimer);
    if (!connection || !this.isJoined || !this.answered) return;
    if (this.restarts > 0) {
      this.renew();
      return;
    }
    this.restarts++;
    this.pathTimer = setTimeout(() => this.renewUnlessThere(connection), PATH_PATIENCE_MS);
    const exchange = async (sdp: string): Promise<string> => {
      const reply = await this.request({ type: "offer", sdp, lines: connection.lines(this.slots.first()) });
      return reply.type === "answer" ? reply.sdp : "";
    };
    connection.restartIce(exchange).catch((error: unknown) => console.warn("No new path", error));
  }

  /** Says whether sound and picture are away. A path that is only just being made isn't worth a word. */
  private showLink(): void {
    if (!this.isJoined) return;
    const there = this.connection?.state === "connected";
    const { link } = this.host.state();
    if (there) {
      clearTimeout(this.linkTimer);
      this.linkTimer = undefined;
      if (link.at !== "connected") this.setLink({ at: "connected" });
    } else if (link.at === "connected") {
      const since = Date.now();
      this.linkTimer ??= setTimeout(() => {
        this.linkTimer = undefined;
        if (this.isJoined && this.connection?.state !== "connected") this.setLink({ at: "media-lost", since });
      }, SAY_LOST_MS);
    } else if (link.at === "signalling-lost") {
      this.setLink({ at: "media-lost", since: link.since });
    }
  }

  private setLink(link: Link): void {
    this.host.dispatch({ type: "set", change: { link } });
  }

  /** The channel that an interpreter wanted to work from listens, perhaps over others, to the interpreter's own: back to the floor. */
  private noRelay(): void {
    this.host.dispatch({ type: "set", change: { incoming: "" } });
    this.host.dispatch({ type: "toast", words: { key: "toast.relayLoop" }, kind: "problem", at: Date.now() });
  }

  /** Whether a mix would be listened to, if there were one: the server has it made then. */
  private tellProgram(): void {
    const on = prefersProgram(this.host.state());
    if (on === this.toldProgram) return;
    this.toldProgram = on;
    this.send({ type: "prefer-program", on });
  }

  private syncSlots(): void {
    clearTimeout(this.slotsTimer);
    this.slotsTimer = undefined;
    if (!this.isJoined) return;
    this.tellProgram();
    this.slots.sync((slots) => this.request({ type: "slots", slots })).catch((error: unknown) => {
      if (!(error instanceof RequestFailed) || error.code === "lost") return;
      if (error.code === "conflict") this.noRelay();
      // Somebody in it may have left a moment ago.
      this.layoutChanged(SLOTS_AGAIN_MS);
    });
  }
}
