import { describe, expect, it } from "vitest";
import { placeholders } from "./format";
import { statusEn, type StatusKey } from "./status_en";
import { STATUS_LANGUAGES, statusText } from "./status_text";
import { axisEnd, inUnit } from "./status_units";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(statusEn) as StatusKey[];

describe("the catalogues of the operator's page", () => {
  it("are there in each language of the meeting's page", () => expect(STATUS_LANGUAGES.map(({ tag }) => tag)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const { tag, catalogue } of STATUS_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty, with the same values`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(statusEn[key])].sort());
      }
    });
    it(`${tag} formats every message`, () => {
      for (const key of keys) {
        const values = Object.fromEntries([...placeholders(statusEn[key])].map((name) => [name, 2]));
        expect(statusText(tag).t(key, values), key).not.toMatch(/[{}]/);
      }
    });
  }
  it("says what an overloaded worker does", () => {
    expect(statusText("en").t("shed.note", { worker: 1, level: 1 })).toBe("Worker 1 is overloaded: thumbnails are reduced.");
  });
  it("says a reason in its language, or in the server's", () => {
    expect(statusText("zh-Hans").reason("drop_send", "the kernel refused a datagram").lang).toBe("zh-Hans");
    expect(statusText("zh-Hans").reason("drop_new", "a new one")).toEqual({ words: "a new one", lang: "en" });
    expect(statusText("en").reason("drop_send", "the kernel refused a datagram").words).toBe("the kernel refused a datagram");
  });
});

describe("units", () => {
  it("are as large as the value", () => {
    expect([0, 12, 125_000, 15e6, 2e9].map((n) => inUnit("en", "bits", n))).toEqual(["0", "96 bit/s", "1 Mbit/s", "120 Mbit/s", "16 Gbit/s"]);
    expect([0, 512, 83 * 2 ** 20].map((n) => inUnit("en", "bytes", n))).toEqual(["0", "0.5 KiB", "83 MiB"]);
    expect([0.5, 96, 1500, 2.5e6].map((n) => inUnit("en", "delay", n))).toEqual(["0.5 µs", "96 µs", "1.5 ms", "2.5 s"]);
    expect([0, 0.034, 0.5, 1].map((n) => inUnit("en", "share", n))).toEqual(["0%", "3.4%", "50%", "100%"]);
    expect([0.2, 12.34, 23_412].map((n) => inUnit("en", "rate", n))).toEqual(["0.2", "12.3", "23,412"]);
    expect(inUnit("en", "count", 27_013)).toBe("27,013");
  });
  it("end an axis on a number whose half is round, above the highest value", () => {
    expect([0, 3, 4, 19, 27_013].map((n) => axisEnd("count", n))).toEqual([4, 4, 6, 20, 40_000]);
    expect(axisEnd("share", 0.2)).toBe(1);
    expect(inUnit("en", "bits", axisEnd("bits", 15e6))).toBe("200 Mbit/s");
    expect(inUnit("en", "bytes", axisEnd("bytes", 83 * 2 ** 20))).toBe("100 MiB");
    expect(inUnit("en", "delay", axisEnd("delay", 700))).toBe("800 µs");
    for (const unit of ["bits", "count", "rate", "share", "delay", "size", "bytes"] as const) expect(axisEnd(unit, 0), unit).toBeGreaterThan(0);
  });
});
