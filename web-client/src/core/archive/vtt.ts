/** Captions from a WebVTT file (W3C WebVTT), as far as plain text goes: times and words, no places, no styles. */
export interface Cue {
  at: number;
  until: number;
  text: string;
}

const TIMES = /^(?:(\d{2,}):)?(\d{2}):(\d{2})\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?(\d{2}):(\d{2})\.(\d{3})/;

const seconds = (h: string | undefined, m: string, s: string, ms: string): number => Number(h ?? 0) * 3600 + Number(m) * 60 + Number(s) + Number(ms) / 1000;

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f" };
const plain = (line: string): string => line.replace(/<[^>]*>/g, "").replace(/&\w+;/g, (found) => ENTITIES[found] ?? found);

/** In order of time; what can't be read is left out. */
export function readCues(file: string): Cue[] {
  const blocks = file.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").split(/\n{2,}/);
  if (!/^WEBVTT(?:[ \t\n]|$)/.test(blocks[0] ?? "")) return [];
  const cues: Cue[] = [];
  for (const block of blocks) {
    const lines = block.split("\n");
    const line = lines.findIndex((one) => TIMES.test(one));
    const times = TIMES.exec(lines[line] ?? "");
    // The times stand in a cue's first line, or in its second after its name.
    if (!times || line > 1) continue;
    const [, h, m, s, ms, h2, m2, s2, ms2] = times as unknown as [string, string, string, string, string, string, string, string, string];
    const text = lines.slice(line + 1).map(plain).join("\n").trim();
    if (text) cues.push({ at: seconds(h, m, s, ms), until: seconds(h2, m2, s2, ms2), text });
  }
  return cues.sort((a, b) => a.at - b.at);
}
