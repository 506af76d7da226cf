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
  language, sign: false, state: "speech", onAir: "p5", booth: "b", since: 1, insufficient: false, override: false, program: false, ...change,
});
const sound = (mid: string, of: Sound["of"]): Sound => ({ mid, of, stream: { mid } as unknown as MediaStream });
const SOUNDS = [sound("4", "voice"), sound("7", "screen"), sound("30", "channel")];
const inMeeting = (change: Partial<State> = {}): State => ({
  ...initialState({ originalLevel: 0.2 }, "en", null), page: { at: "meeting" }, me: "me", role: "member", microphone: "off", sounds: SOUNDS,
  languages: { floors: ["zh"], floor: { language: "zh", set: false, program: false }, channels: [channel("en"), channel("fr")] }, ...change,
});
const withState = (language: string, state: Channel["state"]): State["languages"] => ({ ...inMeeting().languages, channels: [channel(language, { state })] });

let plays: ReturnType<typeof vi.fn<(now: boolean) => void>>;
let mixer: Mixer;
const graph = (): FakeContext => contexts[0] as FakeContext;
const [ORIGINAL, CHANNEL] = [0, 1];
const asked = (group: number): string[] => graph().gains[group]?.gain.asked.splice(0) ?? [];

beforeEach(() => {
  contexts = [];
  allowed = true;
  vi.stubGlobal("AudioContext", FakeContext);
  vi.stubGlobal("HTMLMediaElement", class { setSinkId() {} });
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("removeEventListener", vi.fn());
  plays = vi.fn<(now: boolean) => void>();
  mixer = new Mixer({ plays });
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
    expect(graph().gains.every(({ to }) => to[0] === graph().destination)).toBe(true);
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
  it("where the graph can't go to the chosen speaker, but elements can", () => {
    const devices = { ...inMeeting().devices, speaker: "headphones" };
    mixer.update(inMeeting({ devices }));
    expect([graph().sink, plays.mock.calls]).toEqual(["headphones", [[true]]]);
    mixer.close();
    plays.mockClear();
    vi.stubGlobal("AudioContext", class extends FakeContext {
      constructor() {
        super();
        Object.defineProperty(this, "setSinkId", { value: undefined });
      }
    });
    mixer.update(inMeeting());
    mixer.update(inMeeting({ devices }));
    expect(plays.mock.calls).toEqual([[true], [false]]);
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
