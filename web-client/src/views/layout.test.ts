import { describe, expect, it } from "vitest";
import { arrange, fit, withSign, type Arrangement, type Situation } from "./layout";

const now = (change: Partial<Situation>): Situation => ({ width: 1248, height: 620, others: 5, most: 14, layout: "speaker", screen: false, pager: 48, ...change });

/** The height that the tiles of a page take, the own one and the speaker's among them. */
function tilesHeight(found: Arrangement, page: number): number {
  const small = page + 1 + (found.speaker && found.tilesAt === "below" ? 1 : 0);
  const rows = Math.ceil(small / found.columns);
  const speaker = found.speaker && found.tilesAt === "side" ? found.speaker.height + 8 : 0;
  return rows * found.tile.height + (rows - 1) * 8 + speaker;
}

describe("arrange", () => {
  it("puts tiles beside the stage of a wide page", () => {
    const found = arrange(now({}));
    expect(found.tilesAt).toBe("side");
    expect(found.stage?.width).toBeGreaterThan(900);
    expect(found.columns).toBe(2);
    expect(found.others).toBeGreaterThanOrEqual(5);
  });

  it("puts a strip of three below the stage of an upright phone", () => {
    const found = arrange(now({ width: 344, height: 560 }));
    expect(found).toMatchObject({ tilesAt: "below", columns: 3 });
    expect(found.stage?.width).toBe(344);
    expect(found.stage?.height).toBeGreaterThan(200);
  });

  it("gives a phone on its side to the stage alone", () => {
    expect(arrange(now({ width: 740, height: 340 }))).toMatchObject({ tilesAt: "nowhere", stage: { width: 740, height: 340 }, others: 0 });
  });

  it("shows everybody on the phone's side when asked to", () => {
    const found = arrange(now({ width: 740, height: 340, layout: "gallery" }));
    expect(found.tilesAt).toBe("all");
    expect(found.others).toBeGreaterThan(2);
  });

  it("shows a shared screen large even in the gallery", () => {
    const found = arrange(now({ layout: "gallery", screen: true }));
    expect(found.stage).not.toBeNull();
    expect(found.speaker?.width).toBeGreaterThanOrEqual(found.tile.width);
  });

  it("never lets tiles run out of the page", () => {
    for (const width of [328, 360, 599, 740, 768, 1024, 1280, 1920, 2560]) {
      for (const height of [300, 460, 560, 680, 900, 1300]) {
        for (const others of [0, 1, 2, 5, 9, 30, 199]) {
          for (const layout of ["speaker", "gallery"] as const) {
            for (const screen of [false, true]) {
              const situation = now({ width, height, others, layout, screen });
              const found = arrange(situation);
              const where = JSON.stringify({ situation, found });
              if (found.tilesAt === "nowhere") continue;
              const pages = found.others < others;
              const shown = Math.min(others, found.others);
              const stage = found.tilesAt === "below" ? (found.stage?.height ?? 0) + 8 : 0;
              const room = height - (pages ? situation.pager : 0);
              expect(tilesHeight(found, shown) + stage, where).toBeLessThanOrEqual(room);
              const beside = found.tilesAt === "side" ? (found.stage?.width ?? 0) + 8 : 0;
              expect(found.columns * found.tile.width + (found.columns - 1) * 8 + beside, where).toBeLessThanOrEqual(width);
            }
          }
        }
      }
    }
  });

  it("asks for no more pictures than the connection has slots", () => {
    expect(arrange(now({ width: 2560, height: 1300, others: 100, layout: "gallery" })).others).toBe(14);
    expect(arrange(now({ width: 700, height: 640, others: 100, most: 6, layout: "gallery" })).others).toBe(6);
  });
});

describe("fit", () => {
  it("fills a place of about the same shape", () => {
    expect(fit({ width: 640, height: 480 }, { width: 1000, height: 600 })).toBe("cover");
  });
  it("keeps an upright phone's picture whole on a wide stage", () => {
    expect(fit({ width: 720, height: 1280 }, { width: 1000, height: 600 })).toBe("contain");
  });
});

describe("withSign", () => {
  it("puts the sign language beside a wide page's pictures, above an upright one's, and nothing outside", () => {
    for (const page of [{ width: 1248, height: 620 }, { width: 344, height: 560 }, { width: 724, height: 340 }, { width: 0, height: 0 }]) {
      const { at, sign, rest } = withSign(page);
      expect(at).toBe(page.width > page.height ? "side" : "above");
      expect(at === "side" ? sign.width + rest.width + 8 : sign.height + rest.height + 8).toBe(at === "side" ? page.width : page.height);
      expect(sign.width <= page.width && sign.height <= page.height).toBe(true);
    }
    expect(withSign({ width: 344, height: 560 }).sign.height).toBeGreaterThan(150);
  });
});
