import { describe, expect, it } from "vitest";
import { arrange, assignSlots, changedSlots, pageCount, pageOf, type SlotMids, stageFeed, step, type Wanted, wantedSlots } from "./slots";
import type { SlotRequest } from "./protocol";
import type { SoundFeeds } from "./sound/hearing";
import type { Person } from "./state";

function person(id: string, change: Partial<Person> = {}): Person {
  return {
    id, name: id, organisation: "", country: "", speaks: "", role: "member", microphone: "on", camera: "off", screen: false,
    mutedByHost: false, connection: "connected", listenOnly: false, booth: "", interprets: [], understands: [], pivot: "", ...change,
  };
}
const people = (...list: (string | Person)[]): Map<string, Person> =>
  new Map(list.map((p) => (typeof p === "string" ? person(p) : p)).map((p) => [p.id, p]));
const on = (id: string): Person => person(id, { camera: "on" });

describe("the order of tiles", () => {
  it("is the order of coming, without oneself and those who are never seen", () => {
    const all = people("a", "me", person("w", { role: "listener" }), "b", person("l", { listenOnly: true }), person("r", { role: "service" }));
    expect(arrange([], all, "me", 4)).toEqual(["a", "b"]);
  });
  it("shows a listener or a device that does send", () => {
    expect(arrange([], people("a", person("cam", { role: "service", camera: "on" })), "me", 4)).toEqual(["a", "cam"]);
  });
  it("keeps every place when somebody comes", () => {
    expect(arrange(["b", "a"], people("a", "b", "c"), null, 4)).toEqual(["b", "a", "c"]);
  });
  it("gives the place of who leaves to the last, and moves nobody else", () => {
    expect(arrange(["a", "b", "c", "d"], people("a", "c", "d"), null, 2)).toEqual(["a", "d", "c"]);
    expect(arrange(["a", "b", "c", "d"], people("a", "b", "c"), null, 2)).toEqual(["a", "b", "c"]);
    expect(arrange(["a", "b", "c", "d"], people("c"), null, 2)).toEqual(["c"]);
    expect(arrange(["a", "b"], people(), null, 2)).toEqual([]);
  });
  it("brings a picture from a later page to the place of a name", () => {
    expect(arrange(["a", "b", "c", "d"], people(on("a"), "b", "c", on("d")), null, 2)).toEqual(["a", "d", "c", "b"]);
  });
  it("moves no picture, and nothing within a page", () => {
    expect(arrange(["a", "b", "c"], people(on("a"), on("b"), on("c")), null, 2)).toEqual(["a", "b", "c"]);
    expect(arrange(["a", "b"], people("a", on("b")), null, 2)).toEqual(["a", "b"]);
  });
  it("loses and doubles nobody, whatever happens (1,000 random changes)", () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const all = new Map<string, Person>();
    let order: string[] = [];
    for (let i = 0; i < 1000; i++) {
      const id = `p${random(40)}`;
      if (random(3) === 0) all.delete(id);
      else all.set(id, person(id, { camera: random(2) ? "on" : "off" }));
      const before = order;
      const size = 1 + random(6);
      order = arrange(before, all, "p0", size);
      expect([...order].sort()).toEqual([...all.keys()].filter((k) => k !== "p0").sort());
      const firstName = order.findIndex((o) => all.get(o)?.camera !== "on");
      const lastPicture = order.length - 1 - [...order].reverse().findIndex((o) => all.get(o)?.camera === "on");
      if (firstName >= 0 && lastPicture < order.length) expect(Math.floor(firstName / size)).toBeGreaterThanOrEqual(Math.floor(lastPicture / size));
    }
  });
});

describe("pages", () => {
  it("count and cut", () => {
    const order = ["a", "b", "c", "d", "e"];
    expect(pageCount(order, 2)).toBe(3);
    expect(pageOf(order, 2, 2)).toEqual(["e"]);
    expect(pageOf(order, 9, 2)).toEqual(["e"]);
    expect(pageOf(order, -1, 2)).toEqual(["a", "b"]);
    expect(pageCount([], 4)).toBe(1);
    expect(pageCount(order, 0)).toBe(1);
    expect(pageOf(order, 0, 0)).toEqual([]);
  });
});

describe("the stage", () => {
  const all = people("a", on("b"), on("c"), "me");
  it("shows the holder, and to the holder the previous one", () => {
    expect(stageFeed({ holder: "a", previous: "c" }, ["a", "b", "c"], all, "me")).toEqual({ feed: "stage", participant: "a" });
    expect(stageFeed({ holder: "me", previous: "c" }, ["a", "b", "c"], all, "me")).toEqual({ feed: "stage", participant: "c" });
  });
  it("shows the first camera as long as there is nobody on it", () => {
    expect(stageFeed({ holder: null, previous: null }, ["a", "b", "c"], all, "me")).toEqual({ feed: "camera/b", participant: "b" });
    expect(stageFeed({ holder: "me", previous: null }, ["a", "b", "c"], all, "me")).toEqual({ feed: "camera/b", participant: "b" });
    expect(stageFeed({ holder: "gone", previous: null }, ["a"], all, "me")).toEqual({ feed: "stage", participant: null });
  });
});

describe("camera slots", () => {
  it("who stays on the page keeps the slot", () => {
    const mids = ["10", "11", "12"];
    const first = assignSlots(["a", "b", "c"], mids, new Map());
    expect([...first]).toEqual([["a", "10"], ["b", "11"], ["c", "12"]]);
    const second = assignSlots(["c", "d", "a"], mids, first);
    expect(second.get("a")).toBe("10");
    expect(second.get("c")).toBe("12");
    expect(second.get("d")).toBe("11");
  });
  it("more people than slots: the first get them", () => {
    expect([...assignSlots(["a", "b", "c"], ["10"], new Map()).keys()]).toEqual(["a"]);
  });
  it("forgets slots of an earlier connection", () => {
    expect(assignSlots(["a"], ["20"], new Map([["a", "10"]])).get("a")).toBe("20");
  });
});

describe("what is asked of the relay", () => {
  const mids: SlotMids = {
    voices: ["5", "6"], stage: "8", screen: "9", screenSound: "7", cameras: ["10", "11"], channel: "30", channelPicture: "31", incoming: null, partner: null,
  };
  const sound: SoundFeeds = { voices: true, channel: "channel/en", channelPicture: "none", incoming: "none", partner: "none" };
  const wanted: Wanted = {
    me: "me", screen: null, layout: "speaker", stage: "stage", tiles: new Map([["a", "11"]]), soundOnly: false, interprets: false, sound,
    geometry: { tiles: 4, tileWidth: 301, tileHeight: 180, stageWidth: 1270, stageHeight: 720 },
  };
  const byMid = (w: Wanted): Record<string, SlotRequest> => Object.fromEntries(wantedSlots(mids, w).map((s) => [s.mid, s]));

  it("is each slot once, in sizes of the page", () => {
    expect(byMid(wanted)).toEqual({
      "8": { mid: "8", feed: "stage", width: 1280, height: 720 },
      "9": { mid: "9", feed: "screen", width: 1280, height: 720 },
      "5": { mid: "5", feed: "voice/0" },
      "6": { mid: "6", feed: "voice/1" },
      "7": { mid: "7", feed: "screen-sound" },
      "30": { mid: "30", feed: "channel/en" },
      "31": { mid: "31", feed: "none" },
      "10": { mid: "10", feed: "none" },
      "11": { mid: "11", feed: "camera/a", width: 320, height: 200 },
    });
  });
  it("one's own screen and its sound don't come back", () => {
    const own = byMid({ ...wanted, screen: "me" });
    expect([own["9"]?.feed, own["7"]?.feed]).toEqual(["none", "none"]);
    expect(own["8"]).toEqual({ mid: "8", feed: "stage", width: 1280, height: 720 });
  });
  it("beside a shared screen the stage is small, in the gallery it isn't there", () => {
    expect(byMid({ ...wanted, screen: "a" })["8"]).toEqual({ mid: "8", feed: "stage", width: 320, height: 200 });
    expect(byMid({ ...wanted, layout: "gallery" })["8"]).toEqual({ mid: "8", feed: "none" });
    expect(byMid({ ...wanted, layout: "gallery", screen: "a" })["8"]?.feed).toBe("stage");
  });
  it("shows interpreters stage and screen as large as they come, whatever the layout", () => {
    for (const layout of ["speaker", "gallery"] as const) {
      const asked = wantedSlots(mids, { ...wanted, layout, screen: "a", interprets: true });
      for (const feed of ["stage", "screen"]) expect(asked.find((slot) => slot.feed === feed)).toMatchObject({ width: 1920, height: 1080 });
    }
    expect(wantedSlots(mids, { ...wanted, layout: "gallery", interprets: true }).map(({ feed }) => feed)).toContain("stage");
  });
  it("with sound only is no picture at all", () => {
    const signed = { ...sound, channelPicture: "channel-picture/gsg" };
    expect(wantedSlots(mids, { ...wanted, soundOnly: true, screen: "a", sound: signed }).filter((s) => s.feed !== "none").map((s) => s.feed)).toEqual([
      "voice/0", "voice/1", "screen-sound", "channel/en",
    ]);
  });
  it("a program takes the place of voices and screen's sound", () => {
    const heard = wantedSlots(mids, { ...wanted, sound: { ...sound, voices: false, channel: "program/en" } });
    expect(heard.filter((s) => ["5", "6", "7", "30"].includes(s.mid)).map((s) => s.feed)).toEqual(["none", "none", "none", "program/en"]);
  });
  it("a booth has two lines more", () => {
    const booth = wantedSlots({ ...mids, incoming: "34", partner: "35" }, { ...wanted, sound: { ...sound, incoming: "channel/en", partner: "booth/p6" } });
    expect(booth.filter((s) => ["34", "35"].includes(s.mid))).toEqual([{ mid: "34", feed: "channel/en" }, { mid: "35", feed: "booth/p6" }]);
  });
  it("is sent only where it differs", () => {
    const asked = new Map(wantedSlots(mids, wanted).map((s) => [s.mid, s]));
    expect(changedSlots(asked, wantedSlots(mids, wanted))).toEqual([]);
    const moved = { ...wanted, tiles: new Map([["b", "11"]]) };
    expect(changedSlots(asked, wantedSlots(mids, moved))).toEqual([{ mid: "11", feed: "camera/b", width: 320, height: 200 }]);
    asked.delete("8");
    expect(changedSlots(asked, wantedSlots(mids, wanted)).map((s) => s.mid)).toEqual(["8"]);
  });
  it("a window's edge being dragged changes sizes in steps", () => {
    expect([step(0), step(1), step(40), step(41), step(1e9)]).toEqual([40, 40, 40, 80, 4096]);
  });
});
