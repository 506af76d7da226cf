import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeConnections, FakeServer, type FakeSocket } from "./fakes";
import { initialState } from "./initial";
import type { Request, SlotRequest } from "./protocol";
import { type Event, reduce } from "./reduce";
import { Session, type SessionHost } from "./session";
import type { Person, State } from "./state";

const person = (id: string, change: Partial<Person> = {}): Person => ({
  id, name: id, organisation: "", country: "", speaks: "", role: "member", microphone: "on", camera: "on", screen: false,
  mutedByHost: false, connection: "connected", listenOnly: false, booth: "", interprets: [], understands: [], pivot: "", ...change,
});
const joined = (change: object = {}): object => ({
  type: "joined", version: 1, participant: "p1", secret: "first secret", media: "new", role: "member", may: ["join", "publish"],
  meeting: { name: "demo", title: "", starts: 0, zone: "UTC", minutes: 0, floors: [], channels: [] },
  people: [person("p1"), person("p2"), person("p3")], chat: [], hands: [], stage: { holder: "p2", previous: null, pinned: false },
  screen: null, speaking: [], iceServers: [], video: ["VP8"], limits: { cameras: 14 }, ...change,
});

let state: State;
let server: FakeServer;
let connections: FakeConnections;
let session: Session;
let host: SessionHost & { refused: ReturnType<typeof vi.fn>; unreachable: ReturnType<typeof vi.fn>; busy: ReturnType<typeof vi.fn>; closed: ReturnType<typeof vi.fn> };

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  state = initialState({ profile: { name: "Ana", organisation: "", country: "", speaks: "" } }, "en", null);
  server = new FakeServer();
  connections = new FakeConnections();
  host = {
    state: () => state,
    dispatch: (event: Event) => (state = reduce(state, event)),
    joined: vi.fn(), refused: vi.fn(), notice: vi.fn(), unreachable: vi.fn(), busy: vi.fn(), closed: vi.fn(), channelMoved: vi.fn(),
  };
  const geometry = { tiles: 4, tileWidth: 320, tileHeight: 180, stageWidth: 1280, stageHeight: 720 };
  session = new Session("ws://x/ws", { token: "t", device: "d" }, 3, geometry, host, { connection: connections.make, socket: server.make });
});
afterEach(() => {
  session.end();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const types = (socket: FakeSocket): string[] => socket.sent.map((r) => r.type);
const offerOf = (socket: FakeSocket): Request & { type: "offer" } => socket.last("offer") as never;

async function enter(change: object = {}): Promise<void> {
  session.start({});
  server.socket.open();
  await settle();
  server.socket.reply("join", joined(change));
  server.socket.reply("offer", { type: "answer", sdp: "answer 1" });
  await settle();
  connections.last.become("connected");
  server.socket.reply("media", { type: "ok" });
  await vi.advanceTimersByTimeAsync(200);
  if (types(server.socket).includes("slots")) server.socket.reply("slots", { type: "ok" });
  await settle();
}

/** The socket drops and the next one opens. */
async function comeBack(change: object = {}): Promise<FakeSocket> {
  server.socket.drop();
  await vi.advanceTimersByTimeAsync(300);
  server.socket.open();
  await settle();
  server.socket.reply("join", joined(change));
  await settle();
  return server.socket;
}

describe("joining", () => {
  it("sends the offer right behind the join, without waiting for the answer to it", async () => {
    session.prepare();
    session.warm();
    server.socket.open();
    await settle();
    expect(types(server.socket)).toEqual([]);
    session.start({});
    await settle();
    expect(types(server.socket)).toEqual(["join", "offer"]);
    expect(server.socket.last("join")).toMatchObject({ version: 1, token: "t", device: "d", name: "Ana", listenOnly: false });
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 1", fresh: true });
    expect(offerOf(server.socket).lines.find((l) => l.mid === "8")).toEqual({ mid: "8", feed: "stage", width: 1280, height: 720 });
    expect(connections.made.length).toBe(1);
  });

  it("an interpreter says whether they may be recorded, others are not asked", async () => {
    const consentOf = async (role: State["role"], consent: boolean): Promise<unknown> => {
      state = { ...state, role, consent };
      session.start({});
      server.socket.open();
      await settle();
      const { consent: said } = server.socket.last("join") as { consent?: boolean };
      session.end();
      return said;
    };
    expect(await consentOf("interpreter", false)).toBe(false);
    expect(await consentOf("member", false)).toBeUndefined();
    expect(await consentOf(null, true)).toBe(true);
  });

  it("shows the meeting, its sounds and pictures", async () => {
    await enter();
    expect(state.page.at).toBe("meeting");
    expect(state.sounds.map(({ mid, of }) => `${mid} ${of}`)).toEqual(["4 voice", "5 voice", "6 voice", "7 screen", "30 channel"]);
    expect(state.stagePicture).toMatchObject({ mid: "8", participant: "p2", live: false });
    expect(state.gallery.map((p) => [p.participant, p.mid])).toEqual([["p2", "10"], ["p3", "11"]]);
    expect(connections.last.answers).toEqual(["answer 1"]);
    expect(state.link).toEqual({ at: "connected" });
  });

  it("tells what is on, and asks for the cameras that the page shows", async () => {
    state = reduce(state, { type: "set", change: { microphone: "off", camera: "on" } });
    await enter();
    expect(server.socket.last("media")).toMatchObject({ microphone: "off", camera: "on", screen: false });
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toEqual([
      { mid: "10", feed: "camera/p2", width: 320, height: 200 }, { mid: "11", feed: "camera/p3", width: 320, height: 200 },
    ]);
  });

  it("makes another connection when the meeting's terms are others", async () => {
    await enter({ video: ["VP8", "H264"], limits: { cameras: 2 } });
    expect(connections.made.length).toBe(2);
    expect(connections.made[0]?.closed).toBe(true);
    expect(connections.last.options).toMatchObject({ cameras: 2, video: ["VP8", "H264"] });
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 2", fresh: true });
  });

  it("keeps its connection although each join brings other credentials of the same TURN server", async () => {
    const turn = (username: string): object => ({ iceServers: [{ urls: ["turn:t"], username, credential: `of ${username}` }] });
    await enter(turn("1"));
    expect(connections.made.length).toBe(2); // the first was made before the meeting named a TURN server
    server.socket.reply("offer", { type: "answer", sdp: "answer 2" });
    await settle();
    connections.last.become("connected");
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    server.socket.reply("join", joined({ media: "kept", ...turn("2") }));
    await settle();
    expect(connections.made.length).toBe(2);
    expect(connections.last.closed).toBe(false);
    expect(types(server.socket)).not.toContain("offer");
  });

  it("tells why it was refused, and leaves nothing running", async () => {
    session.start({});
    server.socket.open();
    await settle();
    server.socket.reply("join", { type: "error", code: "conflict", field: "device", message: "device: in another tab" });
    await settle();
    expect(host.refused.mock.calls[0]?.[0]).toMatchObject({ code: "conflict", field: "device" });
    expect(server.socket.closed).toBe(true);
    expect(connections.last.closed).toBe(true);
    session.start({ takeover: true });
    server.socket.open();
    await settle();
    expect(server.socket.last("join")).toMatchObject({ takeover: true });
    expect(types(server.socket)).toEqual(["join", "offer"]);
  });

  it("pressed twice is one join", async () => {
    session.start({});
    server.socket.open();
    session.start({});
    await settle();
    expect(types(server.socket)).toEqual(["join", "offer"]);
  });

  it("says that the server isn't reached, and goes on trying with a new offer", async () => {
    session.start({});
    server.socket.drop();
    expect(host.unreachable).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    expect(types(server.socket)).toEqual(["join", "offer"]);
  });
});

describe("channels", () => {
  const channel = (language: string, change: object = {}): object => ({
    language, sign: false, state: "speech", onAir: "p2", booth: "b", since: 1, insufficient: false, override: false, program: false, ...change,
  });
  const languages = (...channels: object[]): object => ({ floors: ["zh"], floor: { language: "zh", set: false, program: false }, channels });
  const listen = async (listening: string): Promise<SlotRequest[]> => {
    state = reduce(state, { type: "set", change: { listening } });
    session.layoutChanged(0);
    await settle();
    const { slots } = server.socket.last("slots") as unknown as { slots: SlotRequest[] };
    server.socket.reply("slots", { type: "ok" });
    await settle();
    return slots;
  };

  it("a language chosen in the lobby is asked for as soon as it is known that it is there", async () => {
    state = reduce(state, { type: "set", change: { listening: "en" } });
    session.start({});
    server.socket.open();
    await settle();
    expect(offerOf(server.socket).lines.find((l) => l.mid === "30")).toEqual({ mid: "30", feed: "none" });
    server.socket.reply("join", joined({ languages: languages(channel("en")) }));
    await settle();
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toContainEqual({ mid: "30", feed: "channel/en" });
  });

  it("switching is one message about one slot, at once, and no offer", async () => {
    await enter({ languages: languages(channel("en"), channel("fr")) });
    session.setGeometry({ tiles: 4, tileWidth: 320, tileHeight: 180, stageWidth: 1280, stageHeight: 720 }); // would wait a moment
    expect(await listen("fr")).toEqual([{ mid: "30", feed: "channel/fr" }]);
    expect(await listen("en")).toEqual([{ mid: "30", feed: "channel/en" }]);
    expect(await listen("")).toEqual([{ mid: "30", feed: "none" }]);
    expect(server.socket.sent.filter((r) => r.type === "offer").length).toBe(1);
  });

  it("a sign language is a picture", async () => {
    await enter({ languages: languages(channel("gsg", { sign: true })) });
    expect(await listen("gsg")).toEqual([{ mid: "31", feed: "channel-picture/gsg", width: 1280, height: 720 }]);
    expect(state.channelPicture).toMatchObject({ mid: "31", participant: "p2" });
    await listen("");
    expect(state.channelPicture).toBeNull();
  });

  it("on a weak link go over to the program, and back as soon as there is none", async () => {
    state = reduce(state, { type: "set", change: { microphone: "off" } });
    await enter({ languages: languages(channel("en", { program: true })) });
    await listen("en");
    server.socket.say({ type: "quality", marks: { p1: 1 } });
    await settle();
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toEqual([
      ...["4", "5", "6", "7"].map((mid) => ({ mid, feed: "none" })), { mid: "30", feed: "program/en" },
    ]);
    server.socket.reply("slots", { type: "ok" });
    server.socket.say({ type: "languages", ...languages(channel("en")) });
    await settle();
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toContainEqual({ mid: "4", feed: "voice/0" });
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toContainEqual({ mid: "30", feed: "channel/en" });
  });

  it("interpreters have a booth's lines: made when the role is known, or anew when it is heard", async () => {
    session.prepare();
    session.prepare(true);
    expect(connections.made.map((c) => [c.options.interpreter, c.closed])).toEqual([[false, true], [true, false]]);
    await enter({ role: "interpreter", languages: languages(channel("en")) });
    expect(connections.made.length).toBe(2);
    state = reduce(state, { type: "set", change: { incoming: "en", partner: "p3" } });
    expect(await listen("en")).toEqual([{ mid: "34", feed: "channel/en" }, { mid: "35", feed: "booth/p3" }]);
  });

  it("a relay that would be a loop isn't asked for again", async () => {
    await enter({ role: "interpreter", languages: languages(channel("en")) });
    server.socket.reply("offer", { type: "answer", sdp: "answer 2" });
    await settle();
    state = reduce(state, { type: "set", change: { incoming: "en" } });
    session.layoutChanged(0);
    await settle();
    server.socket.reply("slots", { type: "error", code: "conflict", field: "slots[0].feed", message: "would be a loop" });
    await vi.advanceTimersByTimeAsync(1100);
    expect(state.incoming).toBe("");
    expect(state.toasts.map((t) => t.words.key)).toContain("toast.relayLoop");
    expect((server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toContainEqual({ mid: "34", feed: "none" });
  });
});

describe("a busy server", () => {
  const busy = { type: "error", code: "busy", field: "media", message: "media: the server is busy" };

  it("refuses who would publish, and takes them to listen", async () => {
    session.start({});
    server.socket.open();
    await settle();
    server.socket.reply("join", busy);
    await settle();
    expect(host.refused.mock.calls[0]?.[0]).toMatchObject({ code: "busy", field: "media" });
    state = { ...state, joinMode: "listen" };
    await enter();
    expect(server.socket.last("join")).toMatchObject({ listenOnly: true });
    expect(state.page.at).toBe("meeting");
  });

  it("says so when who listens switches on", async () => {
    await enter();
    session.tellMedia();
    server.socket.reply("media", busy);
    await settle();
    expect(host.busy).toHaveBeenCalledTimes(1);
  });

  it("holds pictures back until it isn't any more", async () => {
    await enter();
    const mid = state.stagePicture?.mid ?? "";
    server.socket.say({ type: "paused", slots: [mid] });
    expect(state.paused).toEqual([mid]);
    connections.last.arrived.set(mid, Date.now());
    await vi.advanceTimersByTimeAsync(300);
    expect(state.stagePicture?.live).toBe(false);
    server.socket.say({ type: "paused", slots: [] });
    await vi.advanceTimersByTimeAsync(300);
    expect(state.stagePicture?.live).toBe(false); // the last picture of before isn't one
    connections.last.arrived.set(mid, Date.now());
    await vi.advanceTimersByTimeAsync(300);
    expect(state.stagePicture?.live).toBe(true);
  });

  it("says anew what it holds back of a new connection", async () => {
    await enter();
    server.socket.say({ type: "paused", slots: ["8"] });
    server.socket.say({ type: "media-lost" });
    expect(state.paused).toEqual([]);
  });
});

describe("a dropped socket", () => {
  it("comes back with the secret; connection and pictures go on", async () => {
    await enter();
    const stage = state.stagePicture;
    server.socket.drop();
    expect(state.link).toMatchObject({ at: "signalling-lost", since: 1_000_200 });
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    expect(types(server.socket)).toEqual(["join"]);
    expect(server.socket.last("join")).toMatchObject({ resume: { participant: "p1", secret: "first secret" } });
    server.socket.reply("join", joined({ media: "kept" }));
    await vi.advanceTimersByTimeAsync(200);
    expect(connections.made.length).toBe(1);
    expect(types(server.socket)).toEqual(["join", "media"]);
    expect(state.link).toEqual({ at: "connected" });
    expect(state.stagePicture?.stream).toBe(stage?.stream);
  });

  it("that took an offer with it needs a new connection", async () => {
    session.start({});
    server.socket.open();
    await settle();
    server.socket.reply("join", joined());
    await settle();
    const socket = await comeBack({ media: "new" });
    expect(connections.made.length).toBe(2);
    expect(offerOf(socket)).toMatchObject({ sdp: "offer 2", fresh: true });
  });

  it("asks again for what it had asked for in vain", async () => {
    await enter();
    session.setGeometry({ tiles: 4, tileWidth: 640, tileHeight: 360, stageWidth: 1280, stageHeight: 720 });
    await vi.advanceTimersByTimeAsync(150);
    const wanted = (server.socket.last("slots") as unknown as { slots: SlotRequest[] }).slots;
    const socket = await comeBack({ media: "kept" });
    await vi.advanceTimersByTimeAsync(200);
    expect((socket.last("slots") as unknown as { slots: SlotRequest[] }).slots).toEqual(wanted);
  });

  it("says what was written meanwhile, but nothing twice", async () => {
    await enter();
    const before = session.chat("went out, no reply");
    const lost = server.socket;
    lost.drop();
    await before;
    await session.chat("written offline");
    expect(state.unsaid.map(({ text }) => text)).toEqual(["went out, no reply", "written offline"]);
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    const chat = [{ id: 9, from: "p1", name: "Ana", text: "went out, no reply", at: 1 }];
    server.socket.reply("join", joined({ media: "kept", chat }));
    await settle();
    expect(server.socket.sent.filter((r) => r.type === "chat")).toMatchObject([{ text: "written offline" }]);
  });

  it("shows what isn't sent yet, until it is there", async () => {
    await enter();
    void session.chat("yes");
    void session.chat("yes");
    server.socket.say({ type: "chat", chat: { id: 1, from: "p1", name: "Ana", text: "yes", at: 1 } });
    expect(state.unsaid.map(({ text }) => text), "though its answer isn't there").toEqual(["yes"]);
    server.socket.reply("chat", { type: "ok" });
    await settle();
    expect(state.unsaid).toEqual([]);
  });

  it("a page that was loaded again says what it hadn't said, and not what it once said in the same words", async () => {
    const said = (id: number): object => ({ id, from: "p1", name: "Ana", text: "yes", at: 1 });
    for (const [seen, again] of [[7, true], [6, false]] as const) {
      state = { ...state, unsaid: [{ key: 1, text: "yes" }], chat: [] };
      session.start({ resume: { participant: "p1", secret: "s" }, seen });
      server.socket.open();
      await settle();
      server.socket.reply("join", joined({ media: "new", chat: [said(7)] }));
      await settle();
      expect(types(server.socket).includes("chat")).toBe(again);
      session.end();
    }
  });

  it("after a restart of the server offers anew, with the same tracks", async () => {
    const track = { kind: "audio" } as MediaStreamTrack;
    session.setTrack("microphone", track);
    await enter();
    const socket = await comeBack({ media: "new" });
    expect(connections.made.length).toBe(2);
    expect(connections.made[0]?.closed).toBe(true);
    expect(connections.last.tracks.get("microphone")).toBe(track);
    expect(offerOf(socket)).toMatchObject({ sdp: "offer 2", fresh: true });
    socket.reply("offer", { type: "answer", sdp: "answer 2" });
    await settle();
    await settle();
    expect(state.stagePicture?.stream).toBe(connections.last.stream("8"));
    expect(state.sounds[0]?.stream).toBe(connections.last.stream("4"));
    expect(offerOf(socket).lines.filter((l) => "feed" in l && l.feed.startsWith("camera/")).length).toBe(2);
  });

  it("comes in anew when the server has forgotten the person", async () => {
    await enter();
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    server.socket.reply("join", { type: "error", code: "unauthorized", field: "resume", message: "resume: unknown or stale" });
    await settle();
    expect(server.socket.last("join")).toMatchObject({ takeover: true });
    expect(server.socket.last("join")).not.toHaveProperty("resume");
    expect(types(server.socket)).toEqual(["join", "join", "offer"]);
    expect(host.refused).not.toHaveBeenCalled();
  });

  it("waits when the server has no room for the moment", async () => {
    await enter();
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(300);
    const busy = server.socket;
    busy.open();
    await settle();
    busy.reply("join", { type: "error", code: "limit", field: "", message: "too many at once" });
    await settle();
    expect(host.refused).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1100);
    expect(server.socket).not.toBe(busy);
  });
});

describe("a lost path", () => {
  it("is looked for again after 2 s by ICE restart, and then by a new connection", async () => {
    await enter();
    const old = connections.last;
    old.become("disconnected");
    await vi.advanceTimersByTimeAsync(1999);
    expect(offerOf(server.socket).sdp).toBe("offer 1");
    await vi.advanceTimersByTimeAsync(1);
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 1 restarted" });
    expect(offerOf(server.socket)).not.toHaveProperty("fresh");
    server.socket.reply("offer", { type: "answer", sdp: "answer 2" });
    await vi.advanceTimersByTimeAsync(2500);
    expect(state.link.at).toBe("media-lost");
    expect(old.answers).toEqual(["answer 1", "answer 2"]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(connections.made.length).toBe(2);
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 2", fresh: true });
    server.socket.reply("offer", { type: "answer", sdp: "answer 3" });
    await settle();
    connections.last.become("connected");
    expect(state.link).toEqual({ at: "connected" });
  });

  it("that comes back by itself costs nothing", async () => {
    await enter();
    connections.last.become("disconnected");
    await vi.advanceTimersByTimeAsync(1000);
    connections.last.become("connected");
    await vi.advanceTimersByTimeAsync(12_000);
    expect(server.socket.sent.filter((r) => r.type === "offer").length).toBe(1);
    expect(connections.made.length).toBe(1);
  });

  it("is not looked for without signalling, but as soon as that is back", async () => {
    await enter();
    server.socket.drop();
    connections.last.become("failed");
    await vi.advanceTimersByTimeAsync(300);
    server.socket.open();
    await settle();
    server.socket.reply("join", joined({ media: "kept" }));
    await settle();
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 1 restarted" });
    expect(state.link.at).toBe("media-lost");
    server.socket.reply("offer", { type: "answer", sdp: "answer 2" });
    await settle();
  });

  it("a change of network looks for a new path at once, every time", async () => {
    await enter();
    for (let i = 0; i < 2; i++) {
      session.check(true);
      await settle();
      expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 1 restarted" });
      server.socket.reply("offer", { type: "answer", sdp: "answer" });
      server.socket.reply("ping", { type: "pong" });
      await vi.advanceTimersByTimeAsync(i === 0 ? 8100 : 100);
    }
    expect(server.socket.sent.filter((r) => r.type === "offer").length).toBe(3);
    expect(connections.made.length).toBe(1);
  });

  it("what the lobby prepared is made anew on another network", () => {
    session.prepare();
    session.check(false);
    expect(connections.made.length).toBe(1);
    session.check(true);
    expect(connections.made.length).toBe(2);
    expect(connections.made[0]?.closed).toBe(true);
  });

  it("media-lost from the server makes a new connection at once", async () => {
    await enter();
    server.socket.say({ type: "media-lost" });
    await settle();
    expect(connections.made.length).toBe(2);
    expect(offerOf(server.socket)).toMatchObject({ sdp: "offer 2", fresh: true });
    expect(state.link.at).toBe("media-lost");
  });

  it("an answer that never leads to a path is given up after 8 s", async () => {
    session.start({});
    server.socket.open();
    await settle();
    server.socket.reply("join", joined());
    server.socket.reply("offer", { type: "answer", sdp: "answer 1" });
    await vi.advanceTimersByTimeAsync(8100);
    expect(connections.made.length).toBe(2);
  });
});

describe("pictures", () => {
  it("are live when frames arrive, and not any more when they stop", async () => {
    await enter();
    connections.last.arrived.set("10", Date.now() + 100);
    await vi.advanceTimersByTimeAsync(300);
    expect(state.gallery.map((p) => p.live)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(state.gallery.map((p) => p.live)).toEqual([false, false]);
  });

  it("of whoever was in the slot before don't count for the next one", async () => {
    await enter();
    connections.last.arrived.set("10", Date.now() + 100);
    await vi.advanceTimersByTimeAsync(300);
    server.socket.say({ type: "person", person: person("p4") });
    server.socket.say({ type: "left", participant: "p2" });
    await vi.advanceTimersByTimeAsync(150);
    expect(state.gallery.map((p) => [p.participant, p.mid, p.live])).toEqual([["p4", "10", false], ["p3", "11", false]]);
    server.socket.reply("slots", { type: "ok" });
    await settle();
    connections.last.arrived.set("10", Date.now() + 500);
    await vi.advanceTimersByTimeAsync(750);
    expect(state.gallery.map((p) => p.live)).toEqual([true, false]);
  });

  it("of a camera that is off aren't shown", async () => {
    await enter();
    connections.last.arrived.set("10", Date.now() + 100);
    server.socket.say({ type: "person", person: person("p2", { camera: "off" }) });
    await vi.advanceTimersByTimeAsync(300);
    expect(state.gallery[0]).toMatchObject({ participant: "p2", live: false });
  });

  it("that were refused because somebody has just left are asked for again", async () => {
    await enter();
    server.socket.say({ type: "person", person: person("p4") });
    await vi.advanceTimersByTimeAsync(150);
    const first = server.socket.last("slots");
    server.socket.reply("slots", { type: "error", code: "not-found", field: "slots[0].feed", message: "gone" });
    await vi.advanceTimersByTimeAsync(1100);
    expect(server.socket.last("slots").id).toBeGreaterThan(first.id);
  });
});

describe("the end", () => {
  it("leaving says so and stays away", async () => {
    await enter();
    session.leave();
    expect(server.socket.last("leave")).toBeTruthy();
    expect(server.socket.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.sockets.length).toBe(1);
    expect(connections.last.closed).toBe(true);
  });

  it("a goodbye of the server is told with its code", async () => {
    await enter();
    server.socket.drop(4003);
    expect(host.closed.mock.calls).toEqual([[4003]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.sockets.length).toBe(1);
  });
});
