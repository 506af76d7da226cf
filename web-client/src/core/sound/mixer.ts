/**
 * The page's one Web Audio graph: each audio slot -> the gain of its group -> output -> way out, which is the chosen speaker. While it runs the media elements are muted (but stay:
 * in Chromium a remote track is silent in Web Audio unless it is also attached to one); while it doesn't, they play by themselves.
 * An element's volume would not do: iOS ignores it.
 */
import type { Sound, State } from "../state";
import { type Gains, gains, type Group, groupOf, soundFeeds } from "./hearing";
import { Ramp } from "./ramp";
import { ring } from "./ring";

const GROUPS: readonly Group[] = ["original", "channel", "incoming", "partner"];
/** Between two packets, and from the jitter buffer through this graph. */
const ON_THE_WAY_SECONDS = 0.015;
/** A slot that hasn't gone over by then stays with what it had. */
const MOVING_PATIENCE_MS = 1000;
const GESTURES = ["pointerdown", "keydown"] as const;

type SinkContext = AudioContext & { setSinkId?: (id: string) => Promise<void> };
interface Graph {
  context: SinkContext;
  groups: Map<Group, { node: GainNode; ramp: Ramp }>;
  output: AudioNode;
  way: GainNode;
  /** In place of the context's destination. */
  led: MediaStreamAudioDestinationNode | null;
}

export interface MixerHost {
  /** Whether the graph plays now, in place of the elements. */
  plays(now: boolean): void;
  /** All sound as one stream, which an element is to play on the chosen speaker; null: the graph plays by itself. */
  leads(out: MediaStream | null): void;
  /** What all sound goes through: connected to the way out by who makes it. Absent: the way out itself. */
  output?(context: AudioContext, way: AudioNode): AudioNode;
}

export class Mixer {
  private graph: Graph | null = null;
  private readonly sources = new Map<MediaStream, MediaStreamAudioSourceNode>();
  private speaker = "";
  private channelFeed = "none";
  /** The channel's slot goes over to another feed; what is in the buffer is still of the one before. */
  private moving: ReturnType<typeof setTimeout> | undefined;
  private channelLevel = 0;
  /** This browser can't do it; not tried again. */
  private refused = false;
  private playing = false;

  /** Browsers let sound run only after a gesture, and phones stop it for a call. */
  private readonly wake = (): void => this.resume();

  constructor(private readonly host: MixerHost) {}

  /** Call it in a gesture, before the first sound, where the meeting will need it. */
  prepare(levels: Gains): void {
    if (this.graph || this.refused || typeof AudioContext === "undefined") return;
    try {
      const context: SinkContext = new AudioContext({ latencyHint: "interactive" });
      const way = context.createGain();
      way.connect(context.destination);
      const output = this.host.output?.(context, way) ?? way;
      const groups: Graph["groups"] = new Map();
      for (const group of GROUPS) {
        const node = context.createGain();
        node.connect(output);
        groups.set(group, { node, ramp: new Ramp(node.gain, levels[group]) });
      }
      this.graph = { context, groups, output, way, led: null };
      context.addEventListener("statechange", () => this.report());
    } catch {
      this.refused = true; // no sound device, or too many contexts: the elements play
      return;
    }
    for (const gesture of GESTURES) addEventListener(gesture, this.wake);
    this.resume();
  }

  /** Keeps the graph as the state wants it. Cheap when nothing has changed. */
  update(state: State): void {
    if (state.page.at !== "meeting") {
      if (state.page.at === "left") this.close();
      return;
    }
    const levels = gains(state);
    // A meeting without channels has nothing to mix: its sound stays as plain as it can be.
    if (state.languages.channels.length > 0 || state.role === "interpreter") this.prepare(levels);
    if (!this.graph) return;
    this.connect(state.sounds);
    this.level(levels, soundFeeds(state).channel);
    this.choose(state.devices.speaker);
    this.report();
  }

  /** After a gesture. */
  resume(): void {
    const context = this.graph?.context;
    if (context && context.state !== "running") void context.resume().catch(() => undefined);
  }

  /** Somebody calls. */
  ring(state: State): void {
    this.prepare(gains(state));
    if (this.graph?.context.state === "running") ring(this.graph.output);
  }

  close(): void {
    if (this.graph) this.lead(this.graph, false);
    for (const gesture of GESTURES) removeEventListener(gesture, this.wake);
    for (const source of this.sources.values()) source.disconnect();
    this.sources.clear();
    void this.graph?.context.close().catch(() => undefined);
    this.graph = null;
    this.speaker = "";
    this.channelFeed = "none";
    this.channelComes(0);
    this.report();
  }

  /** The relay has the channel's slot go over to this feed, behind so many seconds of what is in the jitter buffer. */
  moved(feed: string, seconds: number): void {
    if (feed === this.channelFeed) this.channelComes(seconds + ON_THE_WAY_SECONDS);
  }

  private channelComes(seconds: number): void {
    if (this.moving === undefined) return;
    clearTimeout(this.moving);
    this.moving = undefined;
    const { graph } = this;
    if (graph) graph.groups.get("channel")?.ramp.raise(this.channelLevel, graph.context.currentTime, seconds);
  }

  private connect(sounds: readonly Sound[]): void {
    const { graph } = this;
    const wanted = new Set(sounds.map(({ stream }) => stream));
    for (const [stream, source] of this.sources) {
      if (wanted.has(stream)) continue;
      source.disconnect();
      this.sources.delete(stream);
    }
    for (const { stream, of } of sounds) {
      const group = graph?.groups.get(groupOf(of));
      if (!graph || !group || this.sources.has(stream) || this.refused) continue;
      try {
        const source = graph.context.createMediaStreamSource(stream);
        source.connect(group.node);
        this.sources.set(stream, source);
      } catch {
        this.refused = true; // Firefox refuses a track of another sample rate
        for (const source of this.sources.values()) source.disconnect(); // all by elements, or a voice is heard twice
      }
    }
  }

  private level(levels: Gains, channelFeed: string): void {
    const { graph } = this;
    if (!graph) return;
    const now = graph.context.currentTime;
    this.channelLevel = levels.channel;
    if (channelFeed !== this.channelFeed) this.move(graph, this.channelFeed, channelFeed);
    this.channelFeed = channelFeed;
    for (const [group, { ramp }] of graph.groups) if (group !== "channel" || this.moving === undefined) ramp.to(levels[group], now);
  }

  private move({ groups, context }: Graph, from: string, to: string): void {
    clearTimeout(this.moving);
    this.moving = undefined;
    if (to === "none") return;
    const ramp = groups.get("channel")?.ramp;
    // An empty slot has nothing that must be kept back: the gain is up before its first sound is there.
    if (from === "none") return ramp?.raise(this.channelLevel, context.currentTime, 0);
    ramp?.cut(context.currentTime);
    this.moving = setTimeout(() => this.channelComes(0), MOVING_PATIENCE_MS);
  }

  private choose(speaker: string): void {
    const { graph } = this;
    if (!graph || speaker === this.speaker) return;
    this.speaker = speaker;
    // A speaker that was unplugged leaves the sound where the system puts it.
    if (graph.context.setSinkId) graph.context.setSinkId(speaker).catch(() => undefined);
    else if ("setSinkId" in HTMLMediaElement.prototype) this.lead(graph, speaker !== "");
  }

  /** Firefox can't lead a graph to a chosen speaker, but an element: it gets all the sound, with gains, ramps and hearing protection in it. */
  private lead(graph: Graph, away: boolean): void {
    if (away === (graph.led !== null)) return;
    graph.way.disconnect();
    graph.led = away ? graph.context.createMediaStreamDestination() : null;
    graph.way.connect(graph.led ?? graph.context.destination);
    this.host.leads(graph.led?.stream ?? null);
  }

  private canPlay(): boolean {
    return this.graph !== null && !this.refused && this.graph.context.state === "running";
  }

  private report(): void {
    const now = this.canPlay();
    if (now === this.playing) return;
    this.playing = now;
    this.host.plays(now);
  }
}
