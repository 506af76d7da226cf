import { describe, expect, it } from "vitest";
import { applyLayers, layersFor } from "./simulcast";

const sent = (width: number, height: number): [string, number, number][] =>
  layersFor(width, height).filter((l) => l.active).map((l) => [l.rid, width / l.scaleResolutionDownBy, height / l.scaleResolutionDownBy]);

describe("layers by captured width", () => {
  it("a large camera sends three", () => {
    expect(sent(1280, 720)).toEqual([["q", 320, 180], ["h", 640, 360], ["f", 1280, 720]]);
    expect(sent(960, 540)).toEqual([["q", 240, 135], ["h", 480, 270], ["f", 960, 540]]);
  });
  it("a middling one sends two", () => {
    expect(sent(640, 480)).toEqual([["q", 320, 240], ["h", 640, 480]]);
    expect(sent(959, 540)).toEqual([["q", 479.5, 270], ["h", 959, 540]]);
    expect(sent(480, 360)).toEqual([["q", 240, 180], ["h", 480, 360]]);
  });
  it("a small one sends its full picture in the lowest layer", () => {
    expect(sent(320, 180)).toEqual([["q", 320, 180]]);
    expect(sent(479, 300)).toEqual([["q", 479, 300]]);
  });
  it("an upright phone counts by its longer side", () => {
    expect(sent(720, 1280).map(([rid]) => rid)).toEqual(["q", "h", "f"]);
  });
  it("scales never enlarge, and a higher layer never gets less", () => {
    for (const width of [160, 320, 479, 480, 640, 959, 960, 1280, 1920]) {
      const layers = layersFor(width, (width * 9) / 16);
      expect(layers.map((l) => l.rid)).toEqual(["q", "h", "f"]);
      for (const layer of layers) expect(layer.scaleResolutionDownBy).toBeGreaterThanOrEqual(1);
      const rates = layers.map((l) => l.maxBitrate);
      expect(rates).toEqual([...rates].sort((a, b) => a - b));
    }
  });
});

describe("applying layers to a sender's parameters", () => {
  it("goes by rid, keeps what it doesn't know, and says whether anything changed", () => {
    const encodings: RTCRtpEncodingParameters[] = [{ rid: "f", priority: "low" }, { rid: "q", active: true }, { rid: "x", active: true }];
    expect(applyLayers(encodings, layersFor(320, 180))).toBe(true);
    expect(encodings).toEqual([
      { rid: "f", priority: "low", active: false, scaleResolutionDownBy: 1, maxBitrate: 300_000 },
      { rid: "q", active: true, scaleResolutionDownBy: 1, maxBitrate: 300_000 },
      { rid: "x", active: true },
    ]);
    expect(applyLayers(encodings, layersFor(320, 180))).toBe(false);
  });
});
