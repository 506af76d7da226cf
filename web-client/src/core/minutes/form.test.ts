import { describe, expect, it } from "vitest";
import { blocksOf, readBody, readDraft, readMinutes } from "./body";
import { BODY } from "./fakes";
import { added, bodyOf, changed, formOf, type FormTime, missingPlaces, moved, removed, sameBody, timeProblems, written } from "./form";
import { localTime, offsetOf, startsOf, wallOf, zoneKnown } from "./times";

const subjects = (form: { parts: readonly { subject: string }[] }): string[] => form.parts.map(({ subject }) => subject);

describe("the form", () => {
  it("becomes the body that it was made of", () => expect(bodyOf(formOf(BODY))).toEqual(BODY));

  it("moves entries, which keep their keys, and not beyond the ends", () => {
    const form = formOf(BODY);
    const key = form.parts[1]?.key ?? 0;
    const up = moved(form, "parts", key, -1);
    expect(subjects(up)).toEqual(["Second", "Hello", "Third"]);
    expect(up.parts[0]?.key).toBe(key);
    expect(moved(up, "parts", key, -1)).toBe(up);
    expect(subjects(moved(moved(up, "parts", key, 1), "parts", key, 1))).toEqual(["Hello", "Third", "Second"]);
    expect(moved(form, "parts", -1, 1)).toBe(form);
  });

  it("adds, changes and removes by keys, up to the server's limit", () => {
    const [more, key] = added(formOf(BODY), "parts", { subject: "New" });
    expect(subjects(more)).toEqual(["Hello", "Second", "Third", "New"]);
    expect(subjects(changed(more, "parts", key, { subject: "Newer" }))).toEqual(["Hello", "Second", "Third", "Newer"]);
    expect(bodyOf(removed(more, "parts", key))).toEqual(BODY);
    let full = formOf(BODY);
    for (let i = 0; i < 200; i++) [full] = added(full, "parts");
    expect(full.parts.length).toBe(100);
  });

  it("leaves out recorders without a name", () => {
    expect(bodyOf({ ...formOf(BODY), recorders: [" Ana ", "", "  "] }).recorders).toEqual(["Ana"]);
  });

  it("knows the countries that have no local time", () => expect(missingPlaces(formOf(BODY))).toEqual(["TR"]));

  it("compares bodies, whatever the order of their fields", () => {
    const { theme, ...rest } = BODY;
    expect(sameBody({ ...rest, theme }, BODY)).toBe(true);
    expect(sameBody({ ...BODY, parts: [...BODY.parts].reverse() }, BODY)).toBe(false);
  });
});

describe("date and time, as they are written", () => {
  const evening = formOf({ ...BODY, time: { ...BODY.time, starts: Date.UTC(2020, 4, 29, 11, 30) / 1000 } }).time; // 19:30 in Shanghai
  const none: FormTime = formOf({ ...BODY, time: { ...BODY.time, starts: 0 } }).time;
  /** What a browser gives, one digit of the year after the other. */
  const years = (time: FormTime, date: string): FormTime =>
    ["0002", "0020", "0202", date.slice(0, 4)].reduce((now, year) => written(now, { date: `${year}${date.slice(4)}` }), time);
  const fine = { date: false, begin: false };

  it("stand in the fields as they were written, and count once they can be read", () => {
    expect(evening).toMatchObject({ date: "2020-05-29", begin: "19:30" });
    const typing = written(evening, { date: "0002-05-29" });
    expect(typing).toEqual({ ...evening, date: "0002-05-29" });
    expect(timeProblems(typing)).toEqual({ date: true, begin: false });
    const done = years(evening, "2026-05-29");
    expect(done).toMatchObject({ date: "2026-05-29", begin: "19:30", starts: Date.UTC(2026, 4, 29, 11, 30) / 1000 });
    expect(timeProblems(done)).toEqual(fine);
  });
  it("keep the time while a part of the date is missing", () => {
    const missing = written(evening, { date: "" }, true);
    expect(missing).toEqual({ ...evening, date: "" });
    expect(timeProblems(missing)).toEqual({ date: true, begin: false });
    expect(written(missing, { date: "2020-06-29" })).toMatchObject({ begin: "19:30", starts: Date.UTC(2020, 5, 29, 11, 30) / 1000 });
  });
  it("have no moment without a date, and the same time with the next one", () => {
    const cleared = written(evening, { date: "" });
    expect([cleared.starts, cleared.begin, timeProblems(cleared)]).toEqual([0, "19:30", fine]);
    expect(written(cleared, { date: "2020-05-30" }).starts).toBe(Date.UTC(2020, 4, 30, 11, 30) / 1000);
  });
  it("aren't midnight while the hour is missing", () => {
    const missing = written(evening, { begin: "" });
    expect([missing.starts, timeProblems(missing)]).toEqual([evening.starts, { date: false, begin: true }]);
    expect(written(missing, { date: "2020-05-30" }).starts).toBe(evening.starts);
    expect(written(missing, { begin: "20:00" }).starts).toBe(evening.starts + 1800);
  });
  it("begin with the usual time", () => {
    expect(years(none, "2026-05-29")).toMatchObject({ begin: "10:00", starts: Date.UTC(2026, 4, 29, 2) / 1000 });
    expect(years(written(none, { begin: "19:30" }), "2026-05-29")).toMatchObject({ begin: "19:30" });
  });
  it("are the same by the clock of another zone", () => {
    const tokyo = Date.UTC(2020, 4, 29, 10, 30) / 1000;
    expect(written(evening, { zone: "Asia/Tokyo" })).toMatchObject({ begin: "19:30", starts: tokyo });
    expect(written(written(evening, { begin: "" }), { zone: "Asia/Tokyo" })).toMatchObject({ begin: "", starts: tokyo });
    expect(written(none, { zone: "Asia/Tokyo" }).starts).toBe(0);
  });
});

describe("what the server says", () => {
  it("is read, or the field is named", () => {
    expect(readBody(BODY, "")).toEqual(BODY);
    expect(() => readBody({ ...BODY, parts: [{ sharer: 1 }] }, "")).toThrow("parts[0].sharer: text expected");
    expect(() => readMinutes({ language: "en" }, "")).toThrow("version");
    expect(readDraft({ body: BODY, possibleAnswers: [[{ by: "Li", text: "So." }]] }, "").answers).toEqual([[{ by: "Li", text: "So." }]]);
  });
});

describe("plain text", () => {
  it("has paragraphs and lists", () => {
    expect(blocksOf("a\nb\n\n- one\n- two\nc\n-d\n\n\n- three")).toEqual([
      { kind: "text", lines: ["a", "b"] }, { kind: "list", items: ["one", "two"] }, { kind: "text", lines: ["c", "-d"] }, { kind: "list", items: ["three"] },
    ]);
    expect(blocksOf(" \n\n")).toEqual([]);
  });
});

describe("times", () => {
  const at = 1590717600; // Fri 29 May 2020 02:00 UTC
  it("are the zone's clock, and back", () => {
    expect(wallOf(at, "Asia/Shanghai")).toEqual({ date: "2020-05-29", time: "10:00" });
    expect(wallOf(at, "America/New_York")).toEqual({ date: "2020-05-28", time: "22:00" });
    expect(wallOf(0, "Asia/Shanghai")).toEqual({ date: "", time: "" });
    for (const zone of ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC", "Pacific/Apia"]) {
      const { date, time } = wallOf(at, zone);
      expect(startsOf(date, time, zone), zone).toBe(at);
    }
    expect(startsOf("", "10:00", "UTC")).toBe(0);
    expect(startsOf("2020-02-30x", "10:00", "UTC")).toBe(0);
    expect(startsOf("2020-05-29", "", "UTC")).toBe(0); // not midnight
  });
  it("are right around changes of clocks", () => {
    expect(startsOf("2024-03-31", "03:30", "Europe/Berlin")).toBe(Date.UTC(2024, 2, 31, 1, 30) / 1000);
    expect(startsOf("2024-03-31", "01:30", "Europe/Berlin")).toBe(Date.UTC(2024, 2, 31, 0, 30) / 1000);
    expect(startsOf("2024-03-31", "02:30", "Europe/Berlin")).toBe(Date.UTC(2024, 2, 31, 1, 30) / 1000); // skipped: an hour later
    expect(startsOf("2024-10-27", "02:30", "Europe/Berlin")).toBe(Date.UTC(2024, 9, 27, 0, 30) / 1000); // twice: the first
  });
  it("are written with both days where the end is on another one", () => {
    expect(localTime("en-GB", at, 120, "Asia/Shanghai")).toMatch(/^Fri,? 29 May 2020,? 10:00 – 12:00$/);
    expect(localTime("en-GB", at, 120, "America/New_York")).toMatch(/^Thu,? 28 May 2020,? 22:00 – Fri,? 29 May 2020,? 00:00$/);
    expect(localTime("en-GB", at, 0, "UTC")).toMatch(/02:00$/);
    expect(localTime("en-GB", at, 0, "Nowhere/X")).toBe("");
    expect(offsetOf(at, "Asia/Kathmandu")).toBe("UTC+05:45");
    expect(offsetOf(at, "America/New_York")).toBe("UTC-04:00");
  });
  it("know a zone from a word", () => expect(["Asia/Shanghai", "", "Nowhere", "../x"].map(zoneKnown)).toEqual([true, false, false, false]));
});
