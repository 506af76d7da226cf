import { describe, expect, it } from "vitest";
import { filesEn, type FilesKey } from "./files_en";
import { FILES_LANGUAGES, filesText } from "./files_text";
import { placeholders } from "./format";
import { UI_LANGUAGES } from "./text";

const keys = Object.keys(filesEn) as FilesKey[];

describe("the catalogues of attachments", () => {
  it("are there in each language of the meeting's page", () => expect(FILES_LANGUAGES.map(({ tag }) => tag)).toEqual(UI_LANGUAGES.map(({ tag }) => tag)));
  for (const { tag, catalogue } of FILES_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty, with the same values`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        expect(catalogue[key].trim(), key).not.toBe("");
        expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(filesEn[key])].sort());
        expect(filesText(tag).t(key, Object.fromEntries([...placeholders(filesEn[key])].map((name) => [name, 2]))), key).not.toMatch(/[{}#]/);
      }
    });
  }
});
