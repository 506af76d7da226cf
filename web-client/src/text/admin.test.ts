import { describe, expect, it } from "vitest";
import { adminEn, type AdminKey } from "./admin_en";
import { ADMIN_LANGUAGES, adminText } from "./admin_text";
import { placeholders } from "./format";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(adminEn) as AdminKey[];

describe("the catalogues of the secretariat's page", () => {
  it("are there in each language of the meeting's page", () => expect(ADMIN_LANGUAGES.map(({ tag }) => tag)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const { tag, catalogue } of ADMIN_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty, with the same values`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(adminEn[key])].sort());
      }
    });
    it(`${tag} formats every message`, () => {
      for (const key of keys) {
        const values = Object.fromEntries([...placeholders(adminEn[key])].map((name) => [name, 2]));
        expect(adminText(tag).t(key, values), key).not.toMatch(/[{}#]/);
      }
    });
  }
});
