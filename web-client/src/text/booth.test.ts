import { describe, expect, it } from "vitest";
import { boothEn, type BoothKey } from "./booth_en";
import { BOOTH_CATALOGUES, boothWords } from "./booth_text";
import { placeholders } from "./format";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(boothEn) as BoothKey[];

describe("the console's catalogues", () => {
  it("are there in each language of the page", () => expect(Object.keys(BOOTH_CATALOGUES)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const [tag, catalogue] of Object.entries(BOOTH_CATALOGUES)) {
    it(`${tag} has the keys of the source, none empty, with the same values, and formats each`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(boothEn[key])].sort());
        const values = Object.fromEntries([...placeholders(boothEn[key])].map((name) => [name, 2]));
        expect(boothWords(tag, key, values), key).not.toMatch(/[{}#]/);
      }
    });
  }
  it("speak English where a language isn't known", () => expect(boothWords("xx", "air.on")).toBe("On air"));
});
