/**
 * Who is shown where, and what to ask of the relay for it. Pure functions: the controller keeps the results.
 * A tile keeps its place: who leaves is replaced by the last tile, who comes goes to the end, and only a name without a picture gives way to
 * a picture from a later page. One's own picture is local: it is in no tile here and is never asked of the relay.
 */
import type { SlotRequest } from "./protocol";
import type { SoundFeeds } from "./sound/hearing";
import type { Layout, ParticipantId, Person, Role } from "./state";

/** Who never has a tile: they send nothing to be seen. */
const WITHOUT_TILE: readonly Role[] = ["viewer", "service", "listener"];

function hasTile(person: Person, me: ParticipantId | null): boolean {
  return person.id !== me && !(person.listenOnly && person.camera !== "on") && !(WITHOUT_TILE.includes(person.role) && person.camera !== "on");
}

/** The order of all tiles, made from the previous one. */
export function arrange(
  previous: readonly ParticipantId[],
  people: ReadonlyMap<ParticipantId, Person>,
  me: ParticipantId | null,
  pageSize: number,
): ParticipantId[] {
  const order = previous.slice();
  for (let i = 0; i < order.length; ) {
    const person = people.get(order[i] ?? "");
    if (person && hasTile(person, me)) {
      i++;
      continue;
    }
    const last = order.pop();
    if (last !== undefined && i < order.length) order[i] = last;
  }
  const known = new Set(order);
  for (const person of people.values()) if (hasTile(person, me) && !known.has(person.id)) order.push(person.id);
  if (pageSize > 0) picturesFirst(order, people, pageSize);
  return order;
}

function picturesFirst(order: ParticipantId[], people: ReadonlyMap<ParticipantId, Person>, pageSize: number): void {
  const sends = (id: ParticipantId | undefined): boolean => id !== undefined && people.get(id)?.camera === "on";
  let free = 0;
  for (let i = pageSize; i < order.length; i++) {
    if (!sends(order[i])) continue;
    while (free < i && sends(order[free])) free++;
    if (Math.floor(free / pageSize) >= Math.floor(i / pageSize)) continue;
    const picture = order[i];
    const name = order[free];
    if (picture === undefined || name === undefined) return;
    order[free] = picture;
    order[i] = name;
  }
}

export function pageCount(order: readonly ParticipantId[], pageSize: number): number {
  if (pageSize === 0) return 1;
  return Math.max(1, Math.ceil(order.length / pageSize));
}

/** Who is on a page. */
export function pageOf(order: readonly ParticipantId[], page: number, pageSize: number): ParticipantId[] {
  const at = Math.min(Math.max(0, page), pageCount(order, pageSize) - 1) * pageSize;
  return order.slice(at, at + pageSize);
}

/**
 * What the stage slot is asked for, and whose picture that is. The holder sees the previous holder (DESIGN section 2). Before anybody has
 * held it, the first person with a camera on is better than nothing: two people who have just met look at each other.
 */
export function stageFeed(
  stage: { holder: ParticipantId | null; previous: ParticipantId | null },
  tiles: readonly ParticipantId[],
  people: ReadonlyMap<ParticipantId, Person>,
  me: ParticipantId | null,
): { feed: string; participant: ParticipantId | null } {
  const shown = stage.holder !== null && stage.holder === me ? stage.previous : stage.holder;
  if (shown !== null && people.has(shown)) return { feed: "stage", participant: shown };
  const first = tiles.find((id) => people.get(id)?.camera === "on");
  return first === undefined ? { feed: "stage", participant: null } : { feed: `camera/${first}`, participant: first };
}

/** Gives each person on the page a camera slot; who has one keeps it. Returns participant -> mid. */
export function assignSlots(
  shown: readonly ParticipantId[],
  mids: readonly string[],
  previous: ReadonlyMap<ParticipantId, string>,
): Map<ParticipantId, string> {
  const out = new Map<ParticipantId, string>();
  const taken = new Set<string>();
  for (const id of shown) {
    const mid = previous.get(id);
    if (mid === undefined || taken.has(mid) || !mids.includes(mid)) continue;
    out.set(id, mid);
    taken.add(mid);
  }
  const free = mids.filter((mid) => !taken.has(mid));
  for (const id of shown) {
    if (out.has(id)) continue;
    const mid = free.shift();
    if (mid === undefined) break;
    out.set(id, mid);
  }
  return out;
}

export interface Geometry { tiles: number; tileWidth: number; tileHeight: number; stageWidth: number; stageHeight: number }

/** Sizes go up in steps, so that dragging a window's edge isn't a stream of requests. */
export function step(pixels: number): number {
  return Math.min(4096, Math.max(40, Math.ceil(pixels / 40) * 40));
}

/** The top layer of any camera and screen. */
const FULL = { width: 1920, height: 1080 };

export interface SlotMids {
  voices: readonly string[];
  stage: string;
  screen: string;
  screenSound: string;
  cameras: readonly string[];
  channel: string;
  channelPicture: string;
  /** Interpreters only. */
  incoming: string | null;
  partner: string | null;
}

export interface Wanted {
  me: ParticipantId | null;
  screen: ParticipantId | null;
  geometry: Geometry;
  layout: Layout;
  /** From stageFeed(). */
  stage: string;
  /** participant -> mid of a camera slot. */
  tiles: ReadonlyMap<ParticipantId, string>;
  /** Joined with sound only: no pictures at all, for a weak link. */
  soundOnly: boolean;
  /** Who interprets sees faces and slides as large as they come, and speaks by them: always, whatever the page's layout. */
  interprets: boolean;
  sound: SoundFeeds;
}

/** All slots, as they should be now. */
export function wantedSlots(mids: SlotMids, wanted: Wanted): SlotRequest[] {
  const { geometry: g, sound } = wanted;
  const small = { width: step(g.tileWidth), height: step(g.tileHeight) };
  const large = wanted.interprets ? FULL : { width: step(g.stageWidth), height: step(g.stageHeight) };
  const ownScreen = wanted.screen !== null && wanted.screen === wanted.me;
  const foreignScreen = wanted.screen !== null && !ownScreen;
  const noStage = wanted.layout === "gallery" && !foreignScreen && !wanted.interprets;
  const none = (mid: string): SlotRequest => ({ mid, feed: "none" });
  const byMid = new Map([...wanted.tiles].map(([id, mid]) => [mid, id]));
  return [
    wanted.soundOnly || noStage ? none(mids.stage) : { mid: mids.stage, feed: wanted.stage, ...(foreignScreen && !wanted.interprets ? small : large) },
    // One's own screen and its sound don't come back to oneself.
    wanted.soundOnly || ownScreen ? none(mids.screen) : { mid: mids.screen, feed: "screen", ...large },
    ...mids.voices.map((mid, seat) => (sound.voices ? { mid, feed: `voice/${seat}` } : none(mid))),
    ownScreen || !sound.voices ? none(mids.screenSound) : { mid: mids.screenSound, feed: "screen-sound" },
    { mid: mids.channel, feed: sound.channel },
    wanted.soundOnly || sound.channelPicture === "none" ? none(mids.channelPicture) : { mid: mids.channelPicture, feed: sound.channelPicture, ...large },
    ...(mids.incoming === null ? [] : [{ mid: mids.incoming, feed: sound.incoming }]),
    ...(mids.partner === null ? [] : [{ mid: mids.partner, feed: sound.partner }]),
    ...mids.cameras.map((mid): SlotRequest => {
      const id = byMid.get(mid);
      return wanted.soundOnly || id === undefined ? none(mid) : { mid, feed: `camera/${id}`, ...small };
    }),
  ];
}

/** Those that differ from what was asked last: the least to send. */
export function changedSlots(asked: ReadonlyMap<string, SlotRequest>, wanted: readonly SlotRequest[]): SlotRequest[] {
  return wanted.filter((slot) => {
    const before = asked.get(slot.mid);
    return !before || before.feed !== slot.feed || before.width !== slot.width || before.height !== slot.height;
  });
}
