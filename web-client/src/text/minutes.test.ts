import { describe, expect, it } from "vitest";
import { placeholders } from "./format";
import { minutesEn, type MinutesKey } from "./minutes_en";
import { directionOf, documentText, MINUTES_LANGUAGES, minutesText } from "./minutes_text";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(minutesEn) as MinutesKey[];

describe("the minutes' catalogues", () => {
  it("are there in each language of the page", () => expect(MINUTES_LANGUAGES.map(({ tag }) => tag)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const { tag, catalogue } of MINUTES_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty, with the same values, and formats each`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(minutesEn[key])].sort());
        const values = Object.fromEntries([...placeholders(minutesEn[key])].map((name) => [name, 2]));
        expect(minutesText(tag).t(key, values), key).not.toMatch(/[{}#]/);
      }
    });
  }
  it("give a document its own language's words where they are known", () => {
    expect(documentText("zh").t("form.venue")).toBe("地点");
    expect(documentText("zh-Hant-TW").t("form.venue")).toBe("地点");
    expect(documentText("fr").t("form.venue")).toBe("Venue");
  });
  it("know which way a document runs", () => {
    expect(["ar", "fa-IR", "ur", "arn", "az-Latn", "ps-Latn", "zh", "he"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "ltr", "ltr", "ltr", "ltr", "rtl"]);
  });
});
