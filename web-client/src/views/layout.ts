/**
 * Where the pictures go: numbers in, numbers out. The stage gets what the tiles leave; the tiles are as few and as small as still shows
 * a face. Everything in CSS pixels.
 */
import type { Layout } from "../core/state";

export interface Box {
  width: number;
  height: number;
}

export interface Arrangement {
  /** Null: the gallery has all the room. */
  stage: Box | null;
  /** Where the tiles are: beside the stage, below it, everywhere, or out of sight (a phone on its side). */
  tilesAt: "side" | "below" | "all" | "nowhere";
  columns: number;
  tile: Box;
  /** How many tiles fit, the own one and the speaker beside a shared screen not counted. */
  others: number;
  /** The speaker's tile beside a shared screen; in the side column it spans all columns. */
  speaker: Box | null;
}

export interface Situation {
  width: number;
  height: number;
  /** Everybody with a tile but oneself. */
  others: number;
  /** How many cameras the connection has slots for. */
  most: number;
  layout: Layout;
  /** A screen is the main picture. */
  screen: boolean;
  /** Room that the pager takes, when one is needed. */
  pager: number;
}

const GAP = 8;
/** Below this width a page is a phone's: fewer, less wide tiles. */
const PHONE = 600;
/** Below this height (and wider than high) the stage takes all. */
const LOW = 400;

export function arrange(now: Situation): Arrangement {
  const first = arrangeIn(now, now.height);
  if (first.tilesAt === "nowhere" || first.others >= now.others) return first;
  if (first.tilesAt === "side") return beside(now, now.height, now.pager);
  const second = arrangeIn(now, now.height - now.pager);
  return { ...second, others: Math.min(second.others, first.others) };
}

/** Room for a sign language's picture: hands must be seen, so it is larger than a tile. Beside the rest, or above it on an upright page. */
export function withSign(page: Box): { at: "side" | "above"; sign: Box; rest: Box } {
  if (page.width > page.height) {
    const width = Math.floor(clamp(page.width * 0.3, 120, 480));
    return { at: "side", sign: box(width, Math.min(page.height, (width * 3) / 4)), rest: box(page.width - width - GAP, page.height) };
  }
  const height = Math.floor(page.height * 0.3);
  return { at: "above", sign: box(Math.min(page.width, (height * 4) / 3), height), rest: box(page.width, page.height - height - GAP) };
}

function arrangeIn(now: Situation, height: number): Arrangement {
  if (now.layout === "gallery" && !now.screen) return everywhere(now, height);
  if (now.height < LOW && now.width > now.height) {
    return { stage: box(now.width, height), tilesAt: "nowhere", columns: 0, tile: box(0, 0), others: 0, speaker: null };
  }
  return now.width > height * 1.25 ? beside(now, height, 0) : below(now, height);
}

function beside(now: Situation, height: number, pager: number): Arrangement {
  // Beside a screen the speaker spans two columns, and so is larger than the rest.
  const wide = Math.floor(clamp(now.width * 0.18, 132, 264));
  const inOneColumn = Math.floor((height - pager + GAP) / ((wide * 9) / 16 + GAP));
  const columns = now.screen || (now.width >= 1100 && now.others + 1 > inOneColumn) ? 2 : 1;
  const width = now.screen ? Math.floor(clamp(now.width * 0.1, 104, 176)) : columns === 2 ? Math.floor(now.width * 0.13) : wide;
  const tile = box(width, (width * (now.screen ? 3 : 2.25)) / 4);
  const column = columns * width + (columns - 1) * GAP;
  const speaker = now.screen ? box(column, Math.min((column * 9) / 16, height - pager - tile.height - GAP)) : null;
  const room = height - pager - (speaker ? speaker.height + GAP : 0);
  const rows = Math.max(1, Math.floor((room + GAP) / (tile.height + GAP)));
  const others = Math.min(rows * columns - 1, now.most);
  return { stage: box(now.width - column - GAP, height), tilesAt: "side", columns, tile, others, speaker };
}

function below(now: Situation, height: number): Arrangement {
  const phone = now.width < PHONE;
  const shown = now.others + 1 + (now.screen ? 1 : 0);
  const columns = phone ? Math.max(2, Math.min(3, shown)) : Math.max(3, Math.floor((now.width + GAP) / (190 + GAP)));
  const width = Math.floor((now.width - (columns - 1) * GAP) / columns);
  const tile = box(width, phone ? (width * 3) / 4 : (width * 9) / 16);
  const rowsWanted = Math.min(phone ? 3 : 2, Math.ceil(shown / columns));
  const rowsThatFit = Math.floor((height - now.width * 0.7) / (tile.height + GAP));
  const rows = Math.max(1, Math.min(rowsWanted, rowsThatFit));
  const left = height - rows * (tile.height + GAP);
  const stage = box(now.width, Math.max(0, Math.min(left, now.width * (now.screen ? 0.64 : 1))));
  const others = Math.min(rows * columns - (now.screen ? 2 : 1), now.most);
  return { stage, tilesAt: "below", columns, tile, others, speaker: now.screen ? tile : null };
}

function everywhere(now: Situation, height: number): Arrangement {
  const least = now.width < PHONE ? Math.floor((now.width - GAP) / 2) : 200;
  const leastHeight = least * 0.5625;
  const columnsThatFit = Math.max(1, Math.floor((now.width + GAP) / (least + GAP)));
  const rowsThatFit = Math.max(1, Math.floor((height + GAP) / (leastHeight + GAP)));
  const capacity = Math.max(2, Math.min(columnsThatFit * rowsThatFit, now.most + 1));
  const shown = Math.min(now.others + 1, capacity);
  let best = { columns: 1, tile: box(0, 0) };
  for (let columns = 1; columns <= Math.min(shown, columnsThatFit); columns++) {
    const rows = Math.ceil(shown / columns);
    const cell = box((now.width - (columns - 1) * GAP) / columns, (height - (rows - 1) * GAP) / rows);
    const tile = box(Math.min(cell.width, (cell.height * 16) / 9), Math.min(cell.height, cell.width));
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return { stage: null, tilesAt: "all", columns: best.columns, tile: best.tile, others: capacity - 1, speaker: null };
}

/** Cover cuts the edges off; much more than a third of a picture is too much (an upright phone on a wide stage). */
export function fit(picture: Box, place: Box): "cover" | "contain" {
  if (!picture.width || !picture.height || !place.width || !place.height) return "cover";
  const ratio = (picture.width / picture.height) * (place.height / place.width);
  return Math.min(ratio, 1 / ratio) < 0.55 ? "contain" : "cover";
}

function box(width: number, height: number): Box {
  return { width: Math.floor(width), height: Math.floor(height) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
