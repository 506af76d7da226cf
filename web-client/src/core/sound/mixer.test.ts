import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { initialState } from "../initial";
import type { Channel, Sound, State } from "../state";
import { Mixer } from "./mixer";

class FakeNode {
  readonly to: FakeNode[] = [];
  connect(node: FakeNode): void {
    this.to.push(node);
  }
  disconnect(): void {
    this.to.length = 0;
  }
}
class FakeGain extends FakeNode {
  readonly gain = { value: 1, asked: [] as string[], cancelScheduledValues() {}, setValueAtTime() {}, linearRampToValueAtTime(v: number, at: number) {
    this.asked.push(`${v} at ${at.toFixed(2)}`);
    this.value = v;
  } };
}
let contexts: FakeContext[];
let allowed: boolean;
class FakeContext extends EventTarget {
  state = "suspended";
  currentTime = 10;
  sink = "";
  readonly destination = new FakeNode();
  readonly gains: FakeGain[] = [];
  readonly sources: (FakeNode & { stream: MediaStream })[] = [];
  constructor() {
    super();
    contexts.push(this);
  }
  createGain(): FakeGain {
    const gain = new FakeGain();
    this.gains.push(gain);
    return gain;
  }
  createMediaStreamDestination(): FakeNode & { stream: MediaStream } {
    return Object.assign(new FakeNode(), { stream: { id: "out" } as MediaStream });
  }
  createMediaStreamSource(stream: MediaStream): FakeNode {
    const source = Object.assign(new FakeNode(), { stream });
    this.sources.push(source);
    return source;
  }
  setSinkId(id: string): Promise<void> {
    this.sink = id;
    return Promise.resolve();
  }
  resume(): Promise<void> {
    if (allowed) this.become("running");
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.become("closed");
    return Promise.resolve();
  }
  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

const channel = (language: string, change: Partial<Channel> = {}): Channel => ({
  language, sign: false, state: "speech", onAir: "p5", booth: "b", since: 1, insufficient: false, override: false, program: false, unrecorded: false, ...change,
});
const sound = (mid: string, of: Sound["of"]): Sound => ({ mid, of, stream: { mid } as unknown as MediaStream });
const SOUNDS = [sound("4", "voice"), sound("7", "screen"), sound("30", "channel")];
const inMeeting = (change: Partial<State> = {}): State => ({
  ...initialState({ originalLevel: 0.2 }, "en", null), page: { at: "meeting" }, me: "me", role: "member", microphone: "off", sounds: SOUNDS,
  languages: { floors: ["zh"], floor: { language: "zh", set: false, program: false }, channels: [channel("en"), channel("fr")] }, ...change,
});
const withState = (language: string, state: Channel["state"]): State["languages"] => ({ ...inMeeting().languages, channels: [channel(language, { state })] });

let plays: ReturnType<typeof vi.fn<(now: boolean) => void>>;
let leads: ReturnType<typeof vi.fn<(out: MediaStream | null) => void>>;
let mixer: Mixer;
const graph = (): FakeContext => contexts[0] as FakeContext;
/** The first gain is the way out; then come the groups. */
const [WAY, ORIGINAL, CHANNEL] = [0, 1, 2];
const way = (): FakeGain => graph().gains[WAY] as FakeGain;
const asked = (gain: number): string[] => graph().gains[gain]?.gain.asked.splice(0) ?? [];

beforeEach(() => {
  contexts = [];
  allowed = true;
  vi.stubGlobal("AudioContext", FakeContext);
  vi.stubGlobal("HTMLMediaElement", class { setSinkId() {} });
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("removeEventListener", vi.fn());
  plays = vi.fn<(now: boolean) => void>();
  leads = vi.fn<(out: MediaStream | null) => void>();
  mixer = new Mixer({ plays, leads });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the graph", () => {
  it("leads voices and screen's sound through one gain, the channel through another", () => {
    mixer.update(inMeeting());
    mixer.update(inMeeting());
    expect(contexts.length).toBe(1);
    expect(graph().sources.map(({ to }) => graph().gains.indexOf(to[0] as FakeGain))).toEqual([ORIGINAL, ORIGINAL, CHANNEL]);
    expect(graph().gains.slice(1).every(({ to }) => to[0] === way())).toBe(true);
    expect(way().to).toEqual([graph().destination]);
    expect(plays.mock.calls).toEqual([[true]]);
  });
  it("isn't made where there is nothing to mix", () => {
    mixer.update(inMeeting({ languages: { ...inMeeting().languages, channels: [] } }));
    expect(contexts.length).toBe(0);
    mixer.update(inMeeting({ languages: { ...inMeeting().languages, channels: [] }, role: "interpreter" }));
    expect(contexts.length).toBe(1);
  });
  it("lets go of the slots of a connection that was given up", () => {
    mixer.update(inMeeting());
    mixer.update(inMeeting({ sounds: [sound("4", "voice")] }));
    expect(graph().sources.map(({ to }) => to.length)).toEqual([0, 0, 0, 1]);
  });
  it("goes with the meeting", () => {
    mixer.update(inMeeting());
    mixer.update(inMeeting({ page: { at: "left", why: "left" } }));
    expect([graph().state, plays.mock.calls.at(-1)]).toEqual(["closed", [false]]);
    mixer.update(inMeeting());
    expect(contexts.length).toBe(2);
  });
});

describe("the elements play", () => {
  it("until the browser lets the graph run, and again when it stops it", () => {
    allowed = false;
    mixer.update(inMeeting());
    expect(plays).not.toHaveBeenCalled();
    allowed = true;
    mixer.resume();
    graph().become("interrupted");
    expect(plays.mock.calls).toEqual([[true], [false]]);
  });
  it("where there is no AudioContext, or it refuses", () => {
    vi.stubGlobal("AudioContext", undefined);
    mixer.update(inMeeting());
    vi.stubGlobal("AudioContext", class { constructor() { throw new DOMException("no device", "NotSupportedError"); } });
    mixer.update(inMeeting());
    expect(plays).not.toHaveBeenCalled();
  });
  it("where a track can't be led into the graph", () => {
    vi.spyOn(FakeContext.prototype, "createMediaStreamSource").mockImplementation(() => {
      throw new DOMException("another sample rate", "NotSupportedError");
    });
    allowed = false;
    mixer.update(inMeeting());
    graph().become("running");
    expect(plays).not.toHaveBeenCalledWith(true);
  });
  it("and no voice is in the graph as well, where one of several can't be led into it", () => {
    const make = FakeContext.prototype.createMediaStreamSource;
    vi.spyOn(FakeContext.prototype, "createMediaStreamSource").mockImplementation(function (this: FakeContext, stream) {
      if (stream === SOUNDS[2]?.stream) throw new DOMException("another sample rate", "NotSupportedError");
      return make.call(this, stream);
    });
    mixer.update(inMeeting());
    expect(graph().sources.map(({ to }) => to.length)).toEqual([0, 0]);
    expect(plays.mock.calls.at(-1)).not.toEqual([true]);
  });
});

describe("the chosen speaker", () => {
  const devices = (speaker: string): State["devices"] => ({ ...inMeeting().devices, speaker });
  const withoutSink = (): void => vi.stubGlobal("AudioContext", class extends FakeContext {
    constructor() {
      super();
      Object.defineProperty(this, "setSinkId", { value: undefined });
    }
  }) as unknown as void;

  it("gets the graph's sound from the graph", () => {
    mixer.update(inMeeting({ devices: devices("headphones") }));
    expect([graph().sink, plays.mock.calls, leads.mock.calls]).toEqual(["headphones", [[true]], []]);
  });
  it("or, where only elements can go there, as one stream: gains and protection are in it, and the graph plays on", () => {
    withoutSink();
    mixer.update(inMeeting());
    expect([way().to, leads.mock.calls]).toEqual([[graph().destination], []]);
    mixer.update(inMeeting({ devices: devices("headphones") }));
    mixer.update(inMeeting({ devices: devices("others") }));
    expect(way().to).toEqual([expect.objectContaining({ stream: { id: "out" } })]);
    expect([plays.mock.calls, leads.mock.calls]).toEqual([[[true]], [[{ id: "out" }]]]);
    mixer.update(inMeeting({ devices: devices("") }));
    expect([way().to, leads.mock.calls.at(-1)]).toEqual([[graph().destination], [null]]);
  });
  it("and no element plays that after the meeting", () => {
    withoutSink();
    mixer.update(inMeeting({ devices: devices("headphones") }));
    mixer.close();
    expect(leads.mock.calls.at(-1)).toEqual([null]);
  });
  it("isn't asked for where the browser knows no other", () => {
    withoutSink();
    vi.stubGlobal("HTMLMediaElement", class {});
    mixer.update(inMeeting({ devices: devices("headphones") }));
    expect([way().to, leads.mock.calls]).toEqual([[graph().destination], []]);
  });
  it("has what the console puts before it", () => {
    const chain = new FakeNode();
    mixer = new Mixer({ plays, leads, output: (_, out) => ((chain as FakeNode).connect(out as unknown as FakeNode), chain as unknown as AudioNode) });
    mixer.update(inMeeting());
    expect([chain.to, graph().gains[ORIGINAL]?.to]).toEqual([[way()], [chain]]);
  });
});

describe("loudness", () => {
  it("ducks the original for speech in less than 100 ms, and brings it back by a 200 ms ramp", () => {
    mixer.update(inMeeting({ listening: "en", languages: withState("en", "off") }));
    asked(CHANNEL);
    mixer.update(inMeeting({ listening: "en" }));
    expect([asked(ORIGINAL), asked(CHANNEL)]).toEqual([["0.2 at 10.08"], []]);
    graph().currentTime = 20;
    mixer.update(inMeeting({ listening: "en", languages: withState("en", "pause") }));
    expect([asked(ORIGINAL), asked(CHANNEL)]).toEqual([["1 at 20.20"], []]);
  });
  it("a ramp that is turned around goes on from where it is", () => {
    mixer.update(inMeeting({ listening: "en", languages: withState("en", "off") }));
    mixer.update(inMeeting({ listening: "en" }));
    graph().currentTime = 10.04;
    const set = vi.spyOn(graph().gains[ORIGINAL]?.gain as FakeGain["gain"], "setValueAtTime");
    mixer.update(inMeeting({ listening: "en", languages: withState("en", "lost") }));
    expect((set.mock.calls[0] as unknown as [number])[0]).toBeCloseTo(0.6);
  });
  it("a channel in an empty slot is there at once", () => {
    mixer.update(inMeeting({ listening: "" }));
    asked(CHANNEL);
    mixer.update(inMeeting({ listening: "en" }));
    expect(asked(CHANNEL)).toEqual(["0 at 10.02", "1 at 10.04"]);
    graph().currentTime = 20;
    mixer.update(inMeeting({ listening: "" }));
    expect([asked(CHANNEL), asked(ORIGINAL).at(-1)]).toEqual([["0 at 20.08"], "1 at 20.20"]);
  });
  it("another channel is heard when its sound is there, and the one before no more", () => {
    mixer.update(inMeeting({ listening: "en" }));
    asked(CHANNEL);
    mixer.update(inMeeting({ listening: "fr" }));
    expect(asked(CHANNEL)).toEqual(["0 at 10.02"]);
    mixer.update(inMeeting({ listening: "fr", originalLevel: 0.5 }));
    mixer.moved("channel/en", 0.065); // what was asked for before that
    expect(asked(CHANNEL)).toEqual([]);
    mixer.moved("channel/fr", 0.065);
    mixer.moved("channel/fr", 0.065);
    expect(asked(CHANNEL)).toEqual(["0 at 10.02", "1 at 10.10"]);
  });
  it("a channel that doesn't come isn't waited for without end", () => {
    vi.useFakeTimers();
    mixer.update(inMeeting({ listening: "en" }));
    mixer.update(inMeeting({ listening: "fr" }));
    asked(CHANNEL);
    vi.advanceTimersByTime(1000);
    expect(asked(CHANNEL)).toEqual(["0 at 10.02", "1 at 10.04"]);
    vi.useRealTimers();
  });
  it("follows the listener's level", () => {
    mixer.update(inMeeting({ listening: "en", originalLevel: 0.2 }));
    asked(ORIGINAL);
    graph().currentTime = 20;
    mixer.update(inMeeting({ listening: "en", originalLevel: 0.5 }));
    expect(asked(ORIGINAL)).toEqual(["0.5 at 20.20"]);
  });
});
