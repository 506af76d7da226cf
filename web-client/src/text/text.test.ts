import { describe, expect, it } from "vitest";
import { CORE_WORDS } from "../core/words";
import { en, type Key } from "./en";
import { format, placeholders } from "./format";
import { countryChoices, initials, languageChoice, languageChoices, languageOf, likelyCountries, ownLanguageName } from "./names";
import { say, translate, UI_LANGUAGES } from "./text";
import { meetingTime, plannedTimes } from "./times";

const keys = Object.keys(en) as Key[];

describe("format", () => {
  it("puts values in", () => expect(format("{name} has left.", "en", { name: "Ana" })).toBe("Ana has left."));
  it("chooses plurals by the language's rules", () => {
    const files = "{n, plural, =0 {none} one {# file} few {# pliki} other {# files}}";
    expect([0, 1, 2, 1234].map((n) => format(files, "en", { n }))).toEqual(["none", "1 file", "2 files", "1,234 files"]);
    expect(format(files, "pl", { n: 3 })).toBe("3 pliki");
  });
  it("selects by word, with choices inside choices", () => {
    const message = "{role, select, host {{n, plural, one {a host} other {# hosts}}} other {somebody}}";
    expect(format(message, "en", { role: "host", n: 2 })).toBe("2 hosts");
    expect(format(message, "en", { role: "pilot", n: 2 })).toBe("somebody");
  });
  it("leaves a missing value empty instead of failing", () => expect(format("Hello {name}", "en")).toBe("Hello "));
  it("keeps an Arabic name from turning the sentence around", () => expect(format("{name} left", "en", { name: "ليلى" })).toBe("\u2068ليلى\u2069 left"));
  it("refuses messages that aren't well formed", () => {
    for (const bad of ["{", "}", "{n", "{n, plural, one {x}}", "{n, date}", "{n, select, other {x}", "{ }"]) expect(() => format(bad, "en", { n: 1 }), bad).toThrow();
  });
});

describe("the catalogues", () => {
  for (const { tag, catalogue } of UI_LANGUAGES) {
    it(`${tag} has the keys of the source, none empty`, () => {
      expect(Object.keys(catalogue).sort()).toEqual([...keys].sort());
      for (const key of keys) expect(catalogue[key].trim(), key).not.toBe("");
    });
    it(`${tag} takes the same values as the source`, () => {
      for (const key of keys) expect([...placeholders(catalogue[key])].sort(), key).toEqual([...placeholders(en[key])].sort());
    });
    it(`${tag} formats every message`, () => {
      for (const key of keys) {
        const values = Object.fromEntries([...placeholders(en[key])].map((name) => [name, 2]));
        expect(translate(tag, key, values), key).not.toMatch(/[{}#]/);
      }
    });
  }
  it("have every word that core speaks", () => {
    for (const word of CORE_WORDS) expect(en, word).toHaveProperty([word]);
  });
  it("say a language by its name", () => {
    expect(say("en", { key: "toast.insufficient", values: { language: "fr" } })).toMatch(/into Français don/);
  });
  it("have words for what they don't know", () => expect(say("en", { key: "no.such.key" })).toBe(en["app.unknownProblem"]));
});

describe("names", () => {
  it("lists every country and language by a name, none by its bare code", () => {
    for (const tag of ["en", "zh-Hans"]) {
      expect(countryChoices(tag)).toHaveLength(243);
      expect(countryChoices(tag).filter(({ code, label }) => code === label)).toEqual([]);
      expect(languageChoices(tag).filter(({ code, label }) => code === label.toLowerCase())).toEqual([]);
    }
  });
  it("names a language in itself as well", () => {
    expect(languageChoice("en", "fr").label).toBe("French · Français");
    expect(languageChoice("en", "en").label).toBe("English");
  });
  it("names sign languages, which browsers don't know", () => expect([ownLanguageName("ase"), languageChoice("zh-Hans", "GSG").label]).toEqual([
    "American Sign Language", "Deutsche Gebärdensprache",
  ]));
  it("finds a language by what it is called, here and in itself, or by its tag", () => {
    const all = languageChoices("en");
    expect(["French", "français", " French · Français ", "fr", "PT-br", "zh-hant-tw", "deutsche gebärdensprache"].map((one) => languageOf(one, all))).toEqual([
      "fr", "fr", "fr", "fr", "pt-BR", "zh-Hant-TW", "gsg",
    ]);
    for (const none of ["", "klingonese", "pt-", "x", "12", "en_US!"]) expect(languageOf(none, all), none).toBeNull();
  });
  it("finds likely countries in the browser's languages", () => expect(likelyCountries(["pt-BR", "en-US", "zh-Hans-CN", "en"])).toEqual(["BR", "US", "CN"]));
  it("makes initials of any script", () => {
    expect(["Yang Ling 杨玲", "maisara", "陈小玲", "田中 美咲", "Ana María López", "…", ""].map(initials)).toEqual(["YL", "M", "小玲", "美咲", "AL", "?", "?"]);
  });
});

describe("plannedTimes", () => {
  it("adds the parts up, as far as their lengths are known", () => {
    expect(plannedTimes(1000, [{ minutes: 10 }, { minutes: 0 }, { minutes: 5 }])).toEqual([1000, 601_000, null]);
    expect(plannedTimes(0, [{ minutes: 10 }, { minutes: 5 }])).toEqual([null, null]);
  });
});

describe("meetingTime", () => {
  const meeting = { starts: Date.UTC(2020, 4, 29, 2, 0), minutes: 120, zone: "Asia/Shanghai" };
  it("says the viewer's time first, and the meeting's where it differs", () => {
    expect(meetingTime("en-GB", "Europe/Paris", meeting)).toEqual({
      day: expect.stringMatching(/^Friday,? 29 May 2020$/), own: "04:00 – 06:00", other: { time: "10:00 – 12:00", zone: expect.stringContaining("China") },
    });
  });
  it("says the day of the other zone where it is another", () => {
    expect(meetingTime("en-GB", "America/Lima", meeting)?.other?.time).toMatch(/^Fri,? 29 May 10:00/);
  });
  it("says one time to those in the meeting's zone", () => expect(meetingTime("en", "Asia/Shanghai", meeting)?.other).toBeNull());
  it("has no time for a meeting that is open at any time", () => expect(meetingTime("en", "UTC", { starts: 0, minutes: 0, zone: "" })).toBeNull());
  it("survives a zone that the browser doesn't know", () => expect(meetingTime("en", "UTC", { ...meeting, zone: "Mars/Base" })?.other).toBeNull());
});
