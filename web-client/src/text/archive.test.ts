import { describe, expect, it } from "vitest";
import { archiveEn, type ArchiveKey } from "./archive_en";
import { ARCHIVE_LANGUAGES, archiveText } from "./archive_text";
import { clockOf, monthName, sizeOf } from "./archive_times";
import { placeholders } from "./format";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(archiveEn) as ArchiveKey[];

describe("the catalogues of the archive's page", () => {
  it("are there in each language of the meeting's page", () => expect(ARCHIVE_LANGUAGES.map(({ tag }) => tag)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const { tag, catalogue } of ARCHIVE_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty, with the same values`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(archiveEn[key])].sort());
      }
    });
    it(`${tag} formats every message`, () => {
      for (const key of keys) {
        const values = Object.fromEntries([...placeholders(archiveEn[key])].map((name) => [name, 2]));
        expect(archiveText(tag).t(key, values), key).not.toMatch(/[{}#]/);
      }
    });
  }
});

describe("times and sizes", () => {
  it("are written as clocks", () => expect([clockOf(0), clockOf(65.9), clockOf(3723), clockOf(65, 7200)]).toEqual(["0:00", "1:05", "1:02:03", "0:01:05"]));
  it("are spoken", () => {
    expect(archiveText("en").spoken(3723)).toBe("1 hour 2 minutes 3 seconds");
    expect(archiveText("zh-Hans").spoken(65)).toBe("1 分 5 秒");
  });
  it("are as large as they are", () => expect([900, 822_000, 2_345_678, 412_345_678].map((n) => sizeOf("en", n))).toEqual(["900 byte", "822 kB", "2.3 MB", "412 MB"]));
  it("name months", () => expect([monthName("en", "2026-11"), monthName("zh-Hans", "2026-01"), monthName("en", "2026-12", "short", false)]).toEqual(["November 2026", "2026年1月", "Dec"]));
});
