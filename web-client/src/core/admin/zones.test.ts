import { describe, expect, it } from "vitest";
import { CITIES } from "./cities";
import { findZone, isZone, knownZones, momentOf, offsetName, offsetOf, placeOf, wallOf } from "./zones";

const at = (iso: string): number => Date.parse(iso) / 1000;

describe("a moment by a zone's clock", () => {
  it("is found where clocks never change, also at half and quarter hours", () => {
    expect(momentOf({ date: "2026-05-29", time: "10:00" }, "Asia/Shanghai")).toEqual({ at: at("2026-05-29T02:00:00Z"), note: null });
    expect(momentOf({ date: "2026-05-29", time: "10:00" }, "Asia/Kathmandu")).toEqual({ at: at("2026-05-29T04:15:00Z"), note: null });
    expect(momentOf({ date: "2026-01-01", time: "00:30" }, "Pacific/Kiritimati")).toEqual({ at: at("2025-12-31T10:30:00Z"), note: null });
  });
  it("follows summer time", () => {
    expect(momentOf({ date: "2026-01-15", time: "12:00" }, "Europe/Paris")?.at).toBe(at("2026-01-15T11:00:00Z"));
    expect(momentOf({ date: "2026-07-15", time: "12:00" }, "Europe/Paris")?.at).toBe(at("2026-07-15T10:00:00Z"));
  });
  it("in the hour that the clock skips is as much later, and says so", () => {
    // 29 March 2026: 02:00 becomes 03:00.
    expect(momentOf({ date: "2026-03-29", time: "02:30" }, "Europe/Paris")).toEqual({ at: at("2026-03-29T01:30:00Z"), note: "skipped" });
    expect(wallOf(at("2026-03-29T01:30:00Z"), "Europe/Paris")).toEqual({ date: "2026-03-29", time: "03:30" });
    expect(momentOf({ date: "2026-03-29", time: "03:00" }, "Europe/Paris")).toEqual({ at: at("2026-03-29T01:00:00Z"), note: null });
  });
  it("in the hour that comes twice is the first, and says so", () => {
    // 25 October 2026: 03:00 becomes 02:00.
    expect(momentOf({ date: "2026-10-25", time: "02:30" }, "Europe/Paris")).toEqual({ at: at("2026-10-25T00:30:00Z"), note: "twice" });
    expect(momentOf({ date: "2026-10-25", time: "01:59" }, "Europe/Paris")?.note).toBeNull();
    expect(momentOf({ date: "2026-10-25", time: "03:00" }, "Europe/Paris")).toEqual({ at: at("2026-10-25T02:00:00Z"), note: null });
  });
  it("in a zone of the south and in one that changes by half an hour", () => {
    expect(momentOf({ date: "2026-10-04", time: "02:30" }, "Australia/Sydney")?.note).toBe("skipped");
    expect(momentOf({ date: "2026-04-05", time: "01:45" }, "Australia/Lord_Howe")?.note).toBe("twice");
  });
  it("comes back to the same clock, each hour of a year", () => {
    for (const zone of ["Europe/Paris", "America/New_York", "Asia/Tehran", "Africa/Casablanca", "America/Santiago"]) {
      for (let hour = 0; hour < 365 * 24; hour += 5) {
        const time = at("2026-01-01T00:00:00Z") + hour * 3600;
        const moment = momentOf(wallOf(time, zone), zone);
        if (moment?.note === "twice") expect([0, 3600], zone).toContain(time - moment.at);
        else expect(moment, `${zone} ${hour}`).toEqual({ at: time, note: null });
      }
    }
  });
  it("isn't there without a date or a time", () => {
    for (const wall of [{ date: "", time: "10:00" }, { date: "2026-05-29", time: "" }, { date: "2026-13-40", time: "10:00" }, { date: "29.5.2026", time: "10:00" }]) {
      expect(momentOf(wall, "UTC"), wall.date).toBeNull();
    }
  });
});

describe("zones", () => {
  const all = ["Africa/Addis_Ababa", "America/Lima", "Asia/Shanghai", "America/Indiana/Knox", "Europe/Paris", "UTC"];
  it("are found by name, place, or what fits one alone", () => {
    expect(["asia/shanghai", "Addis Ababa", "addis_ababa", "shang", "LIMA", "utc", "Knox"].map((words) => findZone(words, all))).toEqual([
      "Asia/Shanghai", "Africa/Addis_Ababa", "Africa/Addis_Ababa", "Asia/Shanghai", "America/Lima", "UTC", "America/Indiana/Knox",
    ]);
    expect(["", "america", "Mars/Base", "x"].map((words) => findZone(words, all))).toEqual([null, null, null, null]);
    expect(findZone("Asia/Calcutta", all)).toBe("Asia/Calcutta");
  });
  it("are found by cities that none is called after, also in Chinese and with accents", () => {
    const found = (words: string): string | null => findZone(words, knownZones());
    expect(["Beijing", "北京", "成都", "new  delhi", "Bangalore", "Osaka", "Kyoto", "San Francisco", "Boston", "Washington", "Geneva", "Genève"].map(found)).toEqual([
      "Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kolkata", "Asia/Tokyo", "Asia/Tokyo", "America/Los_Angeles", "America/New_York",
      "America/New_York", "Europe/Zurich", "Europe/Zurich",
    ]);
    expect(["Rio de Janeiro", "Brasília", "São Paulo", "Mandalay", "Cebu", "Beirut", "Addis Ababa", "Lima"].map(found)).toEqual([
      "America/Sao_Paulo", "America/Sao_Paulo", "America/Sao_Paulo", "Asia/Yangon", "Asia/Manila", "Asia/Beirut", "Africa/Addis_Ababa", "America/Lima",
    ]);
    expect(findZone("Chengdu", []), "a browser without a list").toBe("Asia/Shanghai");
  });
  it("have cities that are there once, in a zone that there is, and as they are looked for", () => {
    expect(new Set(CITIES.map(([name]) => name)).size).toBe(CITIES.length);
    for (const [name, zone] of CITIES) {
      expect(isZone(zone), zone).toBe(true);
      const found = findZone(name.toUpperCase(), knownZones()) ?? "";
      expect(offsetOf(0, found), name).toBe(offsetOf(0, zone)); // by an older name, perhaps
    }
  });
  it("have an offset, a place, and a list", () => {
    expect([offsetName(at("2026-01-01T00:00:00Z"), "Asia/Kathmandu"), offsetName(0, "UTC"), offsetName(at("2026-01-01T00:00:00Z"), "America/Lima")]).toEqual(["UTC+5:45", "UTC", "UTC−5"]);
    expect(offsetOf(at("2026-07-01T00:00:00Z"), "Europe/Paris")).toBe(7200);
    expect(placeOf("America/Indiana/Knox")).toBe("Knox");
    expect([isZone("Europe/Paris"), isZone("Mars/Base"), isZone("")]).toEqual([true, false, false]);
    expect(knownZones()).toContain("Asia/Shanghai");
  });
});
