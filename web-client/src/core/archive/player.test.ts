import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { archive, FakeMedia } from "./fakes";
import { Player } from "./player";

let made: FakeMedia[];
let player: Player;
let renewed: ("fine" | "closed" | "offline")[];
let opened: string[];
let doubts: number;
const floor = (): FakeMedia => made.find(({ src }) => src.includes("floor")) as FakeMedia;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const video = (): FakeMedia & HTMLVideoElement => {
  const one = new FakeMedia() as FakeMedia & HTMLVideoElement;
  one.arrive();
  return one;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"] });
  made = [];
  opened = [];
  renewed = [];
  doubts = 0;
  player = new Player({
    archive: archive(), base: "/b/", at: 30, language: "floor", rate: 1, volume: 1, renew: async () => renewed.shift() ?? "fine", doubt: () => doubts++,
    make: () => {
      const one = new FakeMedia();
      made.push(one);
      return one;
    },
    openPicture: (_, address, at) => {
      opened.push(`${address} ${Math.round(at)}`);
      return { close: () => opened.push("closed") };
    },
  });
  floor().arrive();
});
afterEach(() => {
  player.close();
  vi.useRealTimers();
});

describe("the player", () => {
  it("begins where it's told to, and says where it is", async () => {
    expect(player.get()).toMatchObject({ at: 30, playing: false, language: "floor" });
    player.play();
    await pass(2000);
    expect(player.get().at).toBeCloseTo(31.9, 0);
  });
  it("keeps pictures at the sound's place, and never touches the sound", async () => {
    const picture = video();
    player.attach("stage", picture);
    expect(opened).toEqual(["/b/hls/stage.m3u8 30"]);
    player.play();
    await pass(8000);
    expect(Math.abs(picture.currentTime - floor().currentTime)).toBeLessThan(0.05);
    picture.currentTime = 200;
    await pass(4000);
    expect(Math.abs(picture.currentTime - floor().currentTime)).toBeLessThan(0.08);
    expect(floor().playbackRate).toBe(1);
  });
  it("holds the pictures while the sound waits", async () => {
    const picture = video();
    player.attach("stage", picture);
    player.play();
    await pass(1000);
    floor().tell("waiting");
    expect(player.get().waiting).toBe(true);
    expect(picture.paused).toBe(true);
    floor().tell("playing");
    expect(picture.paused).toBe(false);
  });
  it("holds them, too, when the sound hangs without a word", async () => {
    const picture = video();
    player.attach("stage", picture);
    player.play();
    await pass(1000);
    const { currentTime } = floor();
    const stuck = vi.spyOn(floor(), "currentTime", "get").mockReturnValue(currentTime);
    await pass(500);
    expect(picture.paused).toBe(true);
    stuck.mockRestore();
    await pass(1500);
    expect(picture.paused).toBe(false);
  });
  it("takes pictures off when nobody wants them", () => {
    const close = player.attach("screen", video());
    close();
    expect(opened.at(-1)).toBe("closed");
    expect(player.attach("none", video())()).toBeUndefined();
  });
  it("stays within the recording", () => {
    player.seek(-5);
    expect(player.get().at).toBe(0);
    player.seek(1e6);
    expect(player.get().at).toBe(600);
  });
  it("ends, and begins again from the start", async () => {
    player.seek(599);
    player.play();
    floor().tell("ended");
    expect(player.get()).toMatchObject({ playing: false, ended: true, at: 600 });
    player.play();
    expect(player.get()).toMatchObject({ playing: true, ended: false, at: 0 });
  });
  it("tries again after an error, at the same place", async () => {
    renewed = ["offline", "fine"];
    player.play();
    await pass(5000);
    const at = player.get().at;
    floor().tell("error");
    expect(player.get().trouble).toBe("network");
    await pass(1000); // offline
    expect(player.get().trouble).toBe("network");
    await pass(2000);
    expect(player.get().trouble).toBeNull();
    expect(floor().loads).toBe(1);
    expect(Math.abs(player.now() - at)).toBeLessThan(3.5);
  });
  it("goes on where somebody has sought while it asked for access", async () => {
    player.play();
    await pass(5000);
    floor().tell("error");
    const again = player.again();
    player.seek(300);
    await again;
    await pass(0);
    expect(Math.abs(player.now() - 300)).toBeLessThan(1);
  });
  it("doubts that the recording is still there when nothing comes though the server answers", async () => {
    player.play();
    await pass(500);
    renewed = ["offline", "offline", "offline"];
    floor().tell("error");
    await pass(1000 + 2000 + 4000); // the server is away: that explains it
    expect(doubts).toBe(0);
    await pass(8000);
    expect([doubts, player.get().trouble]).toEqual([0, null]);
    floor().tell("error");
    await pass(8000);
    expect(doubts).toBe(1);
  });
  it("doesn't doubt it when it goes on in between", async () => {
    player.play();
    for (let i = 0; i < 5; i++) {
      await pass(5000);
      floor().tell("error");
      await pass(1000);
      floor().tell("playing");
    }
    expect(doubts).toBe(0);
  });
  it("doubts pictures that have no sound to tell it, too", async () => {
    player.close();
    let lose: (lost: boolean) => void = () => undefined;
    player = new Player({
      archive: archive({ programs: [] }), base: "/b/", at: 0, language: "", rate: 1, volume: 1, renew: async () => "fine", doubt: () => doubts++,
      make: () => new FakeMedia(), openPicture: (_video, _address, _at, { network }) => {
        lose = network;
        return { close: () => undefined };
      },
    });
    player.attach("stage", video());
    for (const lost of [true, false, true]) {
      lose(lost);
      await pass(10);
    }
    expect(doubts).toBe(0);
    lose(true);
    await pass(10);
    expect(doubts).toBe(1);
  });
  it("goes on with the language that plays when another one can't be had, and says so", async () => {
    player.play();
    await pass(1000);
    player.choose("fr");
    const french = made.find(({ src }) => src.includes("fr")) as FakeMedia;
    const seen = floor().currentTime;
    french.tell("error");
    expect(player.get()).toMatchObject({ language: "floor", awaited: null, missed: "fr", trouble: null, playing: true, waiting: false });
    await pass(5000);
    expect(floor()).toMatchObject({ loads: 0, paused: false });
    expect(floor().currentTime).toBeCloseTo(seen + 5, 1);
    player.choose("de");
    expect(player.get().missed).toBeNull();
  });
  it("stops when its access has ended", async () => {
    renewed = ["closed"];
    player.play();
    await pass(500);
    floor().tell("error");
    await pass(1500);
    expect(player.get()).toMatchObject({ trouble: "closed", playing: false });
  });
  it("says so when the browser asks for a gesture", async () => {
    vi.spyOn(floor(), "play").mockRejectedValue(new DOMException("", "NotAllowedError"));
    player.play();
    await pass(10);
    expect(player.get()).toMatchObject({ trouble: "blocked", playing: false });
  });
});
