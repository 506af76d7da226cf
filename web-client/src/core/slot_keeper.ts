/** Keeps the slots of one connection in step with the state: asks the relay for what the page shows, and puts the pictures into the state. */
import { colleagueOf } from "./booth/colleagues";
import type { Connection } from "./connection";
import type { SlotRequest } from "./protocol";
import type { Event } from "./reduce";
import { assignSlots, changedSlots, type Geometry, stageFeed, wantedSlots } from "./slots";
import { hear, soundFeeds } from "./sound/hearing";
import type { ParticipantId, Picture, State } from "./state";

/** A camera that gave no frame for this long has no live picture. A screen may well stand still. */
const FRAME_STALE_MS = 5000;

/** Who is on the gallery's page; and an interpreter's colleague, who is at the console on whatever page. */
function shownCameras(state: State): readonly ParticipantId[] {
  const colleague = state.booth && colleagueOf(state);
  return colleague === null || state.galleryMembers.includes(colleague) ? state.galleryMembers : [colleague, ...state.galleryMembers];
}

export class SlotKeeper {
  private connection: Connection | null = null;
  /** Null until the connection's offer, which names the slots, has gone out. */
  private asked: Map<string, SlotRequest> | null = null;
  private tileMids: ReadonlyMap<ParticipantId, string> = new Map();
  /** When each slot began to show what it shows now: frames from before are somebody else's. */
  private readonly shownSince = new Map<string, number>();

  constructor(
    private readonly state: () => State,
    private readonly dispatch: (event: Event) => void,
    public geometry: Geometry,
    /** The channel's slot carries this feed now, behind so many seconds of what is in the jitter buffer. */
    private readonly channelMoved: (feed: string, seconds: number) => void,
  ) {}

  /** From now on this connection's slots, of which the relay knows nothing yet. */
  attach(connection: Connection | null): void {
    this.connection = connection;
    this.asked = null;
    this.tileMids = new Map();
    this.shownSince.clear();
  }

  /** What the offer's lines ask for: then no `slots` message is needed for it. */
  first(): SlotRequest[] {
    const wanted = this.wanted();
    this.asked = new Map(wanted.map((slot) => [slot.mid, slot]));
    return wanted;
  }

  private wanted(): SlotRequest[] {
    const { connection } = this;
    if (!connection) return [];
    const state = this.state();
    const { me, screen, layout, stage, tiles, people, joinMode } = state;
    const { mids } = connection;
    this.tileMids = assignSlots(shownCameras(state), mids.cameras, this.tileMids);
    return wantedSlots(mids, {
      me, screen, layout, geometry: this.geometry, tiles: this.tileMids, stage: stageFeed(stage, tiles, people, me).feed,
      soundOnly: joinMode === "sound", interprets: state.booth !== null, sound: soundFeeds(state),
    });
  }

  /** Asks for what has changed, by `send`, and shows it. Whatever is refused is asked for again at the next sync. */
  async sync(send: (slots: SlotRequest[]) => Promise<unknown>): Promise<void> {
    const { connection, asked } = this;
    if (!connection || !asked) return;
    const changed = changedSlots(asked, this.wanted());
    const moved = changed.filter((slot) => asked.get(slot.mid)?.feed !== slot.feed);
    for (const slot of changed) asked.set(slot.mid, slot);
    for (const slot of moved) this.shownSince.set(slot.mid, Infinity);
    this.show();
    if (changed.length === 0) return;
    try {
      await send(changed);
      if (this.connection !== connection) return;
      const channel = moved.find(({ mid }) => mid === connection.mids.channel);
      if (channel) void connection.buffered(channel.mid).then((seconds) => this.channelMoved(channel.feed, seconds));
      const now = Date.now();
      connection.frames(now);
      for (const slot of moved) if (asked.get(slot.mid) === slot) this.shownSince.set(slot.mid, now);
    } catch (error) {
      for (const slot of changed) if (asked.get(slot.mid) === slot) asked.delete(slot.mid);
      throw error;
    }
  }

  /** Puts the pictures into the state. */
  private show(): void {
    const { connection } = this;
    if (!connection) return;
    const state = this.state();
    const { mids } = connection;
    const { stage, tiles, people, me, screen } = state;
    const make = (before: Picture | null | undefined, mid: string, participant: ParticipantId | null): Picture | null => {
      const stream = connection.stream(mid);
      if (!stream) return null;
      if (before && before.mid === mid && before.participant === participant && before.stream === stream) return before;
      return { mid, participant, stream, live: false };
    };
    const shown = stageFeed(stage, tiles, people, me).participant;
    const onStage = this.asked?.get(mids.stage)?.feed === "none" ? null : shown;
    const stagePicture = onStage === null ? null : make(state.stagePicture, mids.stage, onStage);
    const screenPicture = screen === null || screen === me ? null : make(state.screenPicture, mids.screen, screen);
    const signing = this.asked?.get(mids.channelPicture)?.feed === "none" ? null : (hear(state).channel?.onAir ?? null);
    const channelPicture = signing === null ? null : make(state.channelPicture, mids.channelPicture, signing);
    const gallery = shownCameras(state).flatMap((id) => {
      const mid = this.tileMids.get(id);
      return mid === undefined ? [] : (make(state.gallery.find((p) => p.participant === id), mid, id) ?? []);
    });
    const same = gallery.length === state.gallery.length && gallery.every((picture, i) => picture === state.gallery[i]);
    this.dispatch({ type: "set", change: { stagePicture, screenPicture, channelPicture, gallery: same ? state.gallery : gallery } });
    this.watch(Date.now());
  }

  /** Looks where frames arrive; call it a few times a second. */
  watch(now: number): void {
    const { connection } = this;
    if (!connection) return;
    const { stagePicture, screenPicture, channelPicture, gallery, people, paused } = this.state();
    const frames = connection.frames(now);
    const live = new Set<string>();
    const fresh = (mid: string): number => {
      if (paused.includes(mid)) {
        // A picture that stands still isn't one; what comes back begins anew.
        this.shownSince.set(mid, now);
        return Infinity;
      }
      const at = frames.get(mid);
      return at === undefined || at <= (this.shownSince.get(mid) ?? 0) ? Infinity : now - at;
    };
    for (const picture of [stagePicture, ...gallery]) {
      if (!picture || people.get(picture.participant ?? "")?.camera !== "on") continue;
      if (fresh(picture.mid) < FRAME_STALE_MS) live.add(picture.mid);
    }
    // A device that signs says nothing of its camera.
    const resting = people.get(channelPicture?.participant ?? "")?.camera === "off";
    if (channelPicture && !resting && fresh(channelPicture.mid) < FRAME_STALE_MS) live.add(channelPicture.mid);
    if (screenPicture && fresh(screenPicture.mid) < Infinity) live.add(screenPicture.mid);
    this.dispatch({ type: "live", mids: live });
  }
}
