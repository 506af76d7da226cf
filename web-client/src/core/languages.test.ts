import { describe, expect, it } from "vitest";
import { channelOf, firstChoice, languagesOf, samePrimary, sameTag } from "./languages";

const meeting = { name: "demo", title: "", starts: 0, zone: "UTC", minutes: 0, floors: ["zh-Hans"], channels: ["en", "fr-CA", "pt-BR"] };
const languages = languagesOf(meeting);

describe("language tags", () => {
  it("that differ by case alone are one", () => {
    expect([sameTag("pt-BR", "pt-br"), sameTag("pt-BR", "pt")]).toEqual([true, false]);
    expect(channelOf(languages, "PT-br")?.language).toBe("pt-BR");
    expect(channelOf(languages, "")).toBeUndefined();
  });
  it("of one primary subtag are understood by the same people", () => {
    expect([samePrimary("zh-Hans", "ZH-TW"), samePrimary("fr", "fry"), samePrimary("", "")]).toEqual([true, false, false]);
  });
});

describe("what a person hears first", () => {
  const first = (remembered: string | undefined, ...own: string[]): string => firstChoice(languages, remembered, own);
  it("is what they chose last, if the meeting has it", () => {
    expect([first("fr-ca", "en"), first("", "en"), first("ja", "en")]).toEqual(["fr-CA", "", "en"]);
  });
  it("is a channel of their first language that is there", () => {
    expect([first(undefined, "ms", "pt"), first(undefined, "fr-CA"), first(undefined, "fr-FR"), first(undefined, "ms")]).toEqual(["pt-BR", "fr-CA", "fr-CA", ""]);
  });
  it("is the original for who understands the floor", () => expect(first(undefined, "zh-TW", "en")).toBe(""));
  it("is the original where there are no channels", () => expect(firstChoice(languagesOf({ ...meeting, channels: [] }), "en", ["en"])).toBe(""));
});
