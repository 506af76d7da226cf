/**
 * The one RTCPeerConnection. We always offer, the relay always answers; everything is negotiated once: publications start without a track and
 * get one by replaceTrack, slots are told by signalling what to show. The offer isn't kept back until candidates are gathered: the relay has
 * the addresses and finds ours by the checks (ICE-lite).
 */
import type { IceServer, Line, Publication, SlotRequest } from "./protocol";
import { applyLayers, INITIAL_LAYERS, layersFor } from "./simulcast";
import type { SlotMids } from "./slots";
import type { Sound, SoundOf } from "./state";

export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed";

/** What has come in a slot since the connection is there. */
export interface Received {
  packets: number;
  lost: number;
  /** The sender's time of what plays now, less this page's time: alike in two slots whose sound and picture play together. Null: not known. */
  playing: number | null;
}

/** W3C webrtc-stats; not in TypeScript's own. Firefox has no estimate, and Chromium none before the first sender report. */
type InboundStats = RTCInboundRtpStreamStats & { estimatedPlayoutTimestamp?: number };

export interface ConnectionOptions {
  /** How many camera slots. */
  cameras: number;
  /** Video codecs that the meeting allows, as in `joined`. */
  video: readonly string[];
  iceServers: readonly IceServer[];
  /** Has a booth's lines as well. */
  interpreter: boolean;
}

const VOICES = 3;
const USUAL_BUFFER_SECONDS = 0.06;
const SCREEN_BITRATE = 2_500_000;
const SCREEN_SOUND_BITRATE = 96_000;
/** A little above the relay's own limit of speech: RED and in-band FEC come on top. */
const VOICE_BITRATE = 48_000;
/** An interpreter's voice in full band: 64 kbit/s of Opus, and in-band FEC on top. DTX is off since the answer doesn't ask for it. */
const BOOTH_BITRATE = 72_000;
const BOOTH_CAMERA_BITRATE = 700_000;

type PublicationSender = { publication: Publication; transceiver: RTCRtpTransceiver; work: Promise<void> };

export class Connection {
  private readonly pc: RTCPeerConnection;
  private readonly senders = new Map<Publication, PublicationSender>();
  private readonly voices: RTCRtpTransceiver[] = [];
  private readonly screenSound: RTCRtpTransceiver;
  private readonly stage: RTCRtpTransceiver;
  private readonly screen: RTCRtpTransceiver;
  private readonly cameras: RTCRtpTransceiver[] = [];
  private readonly channel: RTCRtpTransceiver;
  private readonly channelPicture: RTCRtpTransceiver;
  /** Interpreters only. */
  private readonly incoming: RTCRtpTransceiver | null;
  private readonly partner: RTCRtpTransceiver | null;
  private readonly streams = new Map<RTCRtpTransceiver, MediaStream>();
  private readonly lastFrame = new Map<RTCRtpTransceiver, { at: number; stamp: number }>();
  private readonly firstOffer: Promise<string>;
  private negotiation: Promise<void> = Promise.resolve();
  private closed = false;
  /** Of audio slots, as buffered() last saw them. */
  private readonly waits = new Map<string, { delay: number; count: number }>();

  constructor(
    readonly options: ConnectionOptions,
    private readonly changed: (state: ConnectionState) => void,
  ) {
    this.pc = new RTCPeerConnection({
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "require",
      iceServers: options.iceServers as RTCIceServer[],
    });
    this.pc.addEventListener("connectionstatechange", () => this.reportState());
    // Firefox tells of a lost path here first.
    this.pc.addEventListener("iceconnectionstatechange", () => this.reportState());

    this.publish("microphone", "audio", [{ maxBitrate: VOICE_BITRATE, priority: "high" }]);
    this.publish("camera", "video", INITIAL_LAYERS.map((layer) => ({ ...layer })));
    this.publish("screen", "video", [{ maxBitrate: SCREEN_BITRATE }]);
    this.publish("screen-sound", "audio", [{ maxBitrate: SCREEN_SOUND_BITRATE }]);
    for (let seat = 0; seat < VOICES; seat++) this.voices.push(this.receive("audio"));
    this.screenSound = this.receive("audio");
    this.stage = this.receive("video");
    this.screen = this.receive("video");
    for (let i = 0; i < options.cameras; i++) this.cameras.push(this.receive("video"));
    this.channel = this.receive("audio");
    this.channelPicture = this.receive("video");
    if (options.interpreter) {
      this.publish("booth-microphone", "audio", [{ maxBitrate: BOOTH_BITRATE, priority: "high" }]);
      this.publish("booth-camera", "video", [{ maxBitrate: BOOTH_CAMERA_BITRATE }]);
    }
    this.incoming = options.interpreter ? this.receive("audio") : null;
    this.partner = options.interpreter ? this.receive("audio") : null;
    this.firstOffer = this.createOffer();
    this.firstOffer.catch(() => undefined); // whoever asks for it hears of it
  }

  private publish(publication: Publication, kind: "audio" | "video", sendEncodings: RTCRtpEncodingParameters[]): void {
    const transceiver = this.pc.addTransceiver(kind, { direction: "sendonly", sendEncodings });
    this.preferCodecs(transceiver, kind);
    this.senders.set(publication, { publication, transceiver, work: Promise.resolve() });
  }

  private receive(kind: "audio" | "video"): RTCRtpTransceiver {
    const transceiver = this.pc.addTransceiver(kind, { direction: "recvonly" });
    this.preferCodecs(transceiver, kind);
    this.streams.set(transceiver, new MediaStream([transceiver.receiver.track]));
    return transceiver;
  }

  /** Only codecs that count: 27 m-lines with all that a browser knows make an offer of 157 kB. */
  private preferCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
    const wanted = kind === "audio" ? ["audio/opus", "audio/red"] : [...this.options.video.map((codec) => `video/${codec.toLowerCase()}`), "video/rtx"];
    const rank = (codec: RTCRtpCodec): number => wanted.indexOf(codec.mimeType.toLowerCase());
    const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    const codecs = known.filter((codec) => rank(codec) >= 0).sort((a, b) => rank(a) - rank(b));
    if (codecs.length === 0 || !("setCodecPreferences" in transceiver)) return;
    try {
      transceiver.setCodecPreferences(codecs);
    } catch {
      // the offer is larger then; the relay takes what it knows
    }
  }

  private async createOffer(): Promise<string> {
    const offer = await this.pc.createOffer();
    await this.pc.setLocalDescription(offer);
    return offer.sdp ?? "";
  }

  private reportState(): void {
    if (this.closed) return;
    this.changed(this.state);
  }

  get state(): ConnectionState {
    const { connectionState: all, iceConnectionState: ice } = this.pc;
    if (all === "failed" || ice === "failed") return "failed";
    if (all === "disconnected" || ice === "disconnected") return "disconnected";
    if (all === "closed") return "failed";
    return all;
  }

  /** Mids of the slots; known once an offer is made. */
  get mids(): SlotMids {
    const mid = (transceiver: RTCRtpTransceiver): string => transceiver.mid ?? "";
    return {
      voices: this.voices.map(mid),
      stage: mid(this.stage),
      screen: mid(this.screen),
      screenSound: mid(this.screenSound),
      cameras: this.cameras.map(mid),
      channel: mid(this.channel),
      channelPicture: mid(this.channelPicture),
      incoming: this.incoming && mid(this.incoming),
      partner: this.partner && mid(this.partner),
    };
  }

  /** The first offer: made ahead, while the person is still in the lobby. */
  offer(): Promise<string> {
    return this.firstOffer;
  }

  /** What each m-line of the offer is for. `slots` says what the slots carry from the start. */
  lines(slots: readonly SlotRequest[]): Line[] {
    const wanted = new Map(slots.map((slot) => [slot.mid, slot]));
    const sends = new Map([...this.senders.values()].map((s) => [s.transceiver, s.publication]));
    return this.pc.getTransceivers().map((transceiver): Line => {
      const mid = transceiver.mid ?? "";
      const source = sends.get(transceiver);
      if (source) return { mid, source };
      const slot = wanted.get(mid) ?? { mid, feed: "none" };
      return slot.feed === "none" ? { mid, feed: "none", kind: transceiver.receiver.track.kind as "audio" | "video" } : slot;
    });
  }

  async answer(sdp: string): Promise<void> {
    if (!this.closed) await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** A new path, same DTLS and slots. `exchange` sends the offer and brings the answer. One at a time. */
  restartIce(exchange: (sdp: string) => Promise<string>): Promise<void> {
    const next = this.negotiation.then(async () => {
      if (this.closed) return;
      const offer = await this.pc.createOffer({ iceRestart: true });
      await this.pc.setLocalDescription(offer);
      try {
        await this.answer(await exchange(offer.sdp ?? ""));
      } catch (error) {
        // Back to the description that holds, so that the next try can begin from there.
        if (!this.closed && this.pc.signalingState === "have-local-offer") await this.pc.setLocalDescription({ type: "rollback" });
        throw error;
      }
    });
    this.negotiation = next.catch(() => undefined);
    return next;
  }

  /** Sends this track from now on; null: nothing. No renegotiation. */
  setTrack(publication: Publication, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.senders.get(publication);
    if (!sender) return Promise.resolve();
    sender.work = sender.work.then(async () => {
      if (this.closed) return;
      // Layers before the track, so that no picture goes out in the layers of the camera before.
      if (publication === "camera" && track) await setLayers(sender.transceiver.sender, track);
      if (!this.closed && sender.transceiver.sender.track !== track) await sender.transceiver.sender.replaceTrack(track);
    }).catch((error: unknown) => console.warn("Could not send", publication, error));
    return sender.work;
  }

  /** The stream of a slot; the same object as long as the connection lives. */
  stream(mid: string): MediaStream | null {
    const transceiver = this.pc.getTransceivers().find((t) => t.mid === mid);
    return (transceiver && this.streams.get(transceiver)) ?? null;
  }

  /** One for each audio slot. */
  sounds(): Sound[] {
    const sound = (of: SoundOf, transceiver: RTCRtpTransceiver | null): Sound[] => {
      const stream = transceiver && this.streams.get(transceiver);
      return stream ? [{ mid: transceiver.mid ?? "", of, stream }] : [];
    };
    return [
      ...this.voices.flatMap((transceiver) => sound("voice", transceiver)),
      ...sound("screen", this.screenSound), ...sound("channel", this.channel), ...sound("incoming", this.incoming), ...sound("partner", this.partner),
    ];
  }

  /**
   * For each picture slot that has ever had a frame: when the last new one was noticed (by `now`, Unix ms). Call it a few times a second.
   * The receiver's synchronisation source is cheaper than getStats() on 27 m-lines, and tells of frames, not of packets.
   */
  frames(now: number): Map<string, number> {
    const out = new Map<string, number>();
    for (const transceiver of [this.stage, this.screen, this.channelPicture, ...this.cameras]) {
      const stamp = Math.max(-1, ...transceiver.receiver.getSynchronizationSources().map((source) => source.rtpTimestamp));
      const before = this.lastFrame.get(transceiver);
      if (stamp >= 0 && before?.stamp !== stamp) this.lastFrame.set(transceiver, { at: now, stamp });
      const last = this.lastFrame.get(transceiver);
      if (last && transceiver.mid !== null) out.set(transceiver.mid, last.at);
    }
    return out;
  }

  /** Of a slot. */
  async received(mid: string): Promise<Received | null> {
    const transceiver = this.pc.getTransceivers().find((t) => t.mid === mid);
    if (!transceiver || this.closed) return null;
    for (const stats of (await transceiver.receiver.getStats()).values()) {
      const { type, timestamp, packetsReceived, packetsLost, estimatedPlayoutTimestamp } = stats as InboundStats;
      if (type !== "inbound-rtp") continue;
      return { packets: packetsReceived ?? 0, lost: packetsLost ?? 0, playing: estimatedPlayoutTimestamp ? estimatedPlayoutTimestamp - timestamp : null };
    }
    return null;
  }

  /** How long the sound of a slot waits in its jitter buffer, in seconds: the mean since this was last asked. */
  async buffered(mid: string): Promise<number> {
    const transceiver = this.pc.getTransceivers().find((t) => t.mid === mid);
    const all = (await transceiver?.receiver.getStats().catch(() => null))?.values() ?? [];
    for (const { type, jitterBufferDelay: delay, jitterBufferEmittedCount: count } of all as Iterable<RTCInboundRtpStreamStats>) {
      if (type !== "inbound-rtp" || delay === undefined || !count) continue;
      const before = this.waits.get(mid) ?? { delay: 0, count: 0 };
      this.waits.set(mid, { delay, count });
      return count > before.count ? (delay - before.delay) / (count - before.count) : delay / count;
    }
    return USUAL_BUFFER_SECONDS;
  }

  close(): void {
    this.closed = true;
    this.pc.close();
  }
}

async function setLayers(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
  const { width = 1280, height = 720 } = track.getSettings();
  // No await between the two: the parameters are valid for this turn only.
  const parameters = sender.getParameters();
  const changed = applyLayers(parameters.encodings, layersFor(width, height));
  // Less of everything when the machine can't keep up, and not the size alone: the largest layer is what the stage shows.
  const balanced = parameters.degradationPreference !== "balanced";
  if (balanced) parameters.degradationPreference = "balanced";
  if (!changed && !balanced) return;
  try {
    await sender.setParameters(parameters);
  } catch (error) {
    console.warn("Layers not set", error);
  }
}
