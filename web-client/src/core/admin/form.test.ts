import { describe, expect, it } from "vitest";
import { addPart, type Agenda, changePart, movePart, PARTS_MAX, removePart, totalMinutes, wholeMinutes } from "./agenda";
import { made } from "./fakes";
import { afterSaving, changedBody, deletesArchive, edit, type Form, formOf, isChanged, keyOfPart, monthsAfter, nameFor, newBody, newForm, nextForm, problemsOf, writtenZone } from "./form";

const at = (iso: string): number => Date.parse(iso) / 1000;
const NOW = at("2026-11-27T02:20:00Z");
const fresh = (change: Partial<Form> = {}): Form => ({ ...newForm(NOW, "Asia/Shanghai", null, []), ...change });

describe("a new meeting", () => {
  it("is tomorrow at the next full hour by one's own clock, two hours, for the alliance, in the languages of the last one", () => {
    const form = newForm(NOW, "Asia/Shanghai", made({ floors: ["zh", "ja"], channels: ["en"], access: "public", retentionDays: 30 }), []);
    expect(form).toMatchObject({ date: "2026-11-28", time: "11:00", zone: "Asia/Shanghai", minutes: "120", floors: ["zh", "ja"], channels: ["en"], access: "alliance", retentionDays: 0 });
  });
  it("late in the evening is the day after", () => expect(newForm(at("2026-11-27T15:30:00Z"), "Asia/Shanghai", null, [])).toMatchObject({ date: "2026-11-29", time: "00:00" }));
  it("survives a browser without a zone", () => expect(newForm(NOW, "Mars/Base", null, []).zone).toBe("UTC"));
  it("like an old one is the same week's weekday of the next month, at the same time by its clock", () => {
    const starts = at("2026-10-09T14:00:00Z"); // the second Friday, 10:00 in New York, in summer
    const agenda = [{ sharer: "Ana", subject: "Water", minutes: 20, started: 5 }];
    const old = made({ name: "old", title: "Sharing", starts, zone: "America/New_York", venue: "Hall", floors: ["es"], channels: ["en", "fr"], agenda, access: "public", retentionDays: 90, state: "ended" });
    const form = nextForm(old, at("2026-10-20T00:00:00Z"), "Asia/Shanghai", ["2026-11-13-sharing"]);
    expect(form).toMatchObject({ title: "Sharing", date: "2026-11-13", time: "10:00", zone: "America/New_York", venue: "Hall", name: "2026-11-13-sharing-2", nameOwn: false });
    expect(newBody(form)).toMatchObject({
      starts: at("2026-11-13T15:00:00Z"), minutes: 120, floors: ["es"], channels: ["en", "fr"], access: "public", retentionDays: 90,
      agenda: [{ sharer: "Ana", subject: "Water", minutes: 20 }],
    });
    expect(JSON.stringify(newBody(form))).not.toMatch(/started|state|"name"/);
    expect(nextForm(old, at("2027-03-01T00:00:00Z"), "UTC", []).date, "of the past no more").toBe("2027-03-12");
    expect(nextForm(made({ starts: 0 }), NOW, "UTC", [])).toMatchObject({ anyTime: true, title: "Sharing meeting" });
  });
  it("in a month without a fifth Friday is on the last one, and in the next with five on the fifth again", () => {
    expect([1, 2, 3].map((n) => monthsAfter("2026-01-30", n))).toEqual(["2026-02-27", "2026-03-27", "2026-04-24"]);
    expect(monthsAfter("2026-01-30", 4)).toBe("2026-05-29");
    expect(monthsAfter("2026-12-01", 1)).toBe("2027-01-05");
  });
  it("has an address of date and theme that is nobody else's", () => {
    const name = (title: string, taken: string[] = []): string => nameFor({ title, date: "2026-05-29", anyTime: false }, taken);
    expect(name("How are you going to go on?")).toBe("2026-05-29-how-are-you-going-to-go-on");
    expect(name("  Âllo — l’été ")).toBe("2026-05-29-allo-lete");
    expect(name("你好，邻居")).toBe("2026-05-29");
    expect(name("你好，邻居", ["2026-05-29", "2026-05-29-2"])).toBe("2026-05-29-3");
    expect(nameFor({ title: "你好", date: "2026-05-29", anyTime: true }, [])).toBe("meeting");
    expect(name("a".repeat(99)).length).toBeLessThanOrEqual(64);
  });
  it("follows date and theme until somebody writes another address", () => {
    const named = edit(fresh(), { title: "Hello" }, []);
    expect(named.name).toBe("2026-11-28-hello");
    const own = edit(named, { name: "hello", nameOwn: true }, []);
    expect(edit(own, { title: "Good bye" }, []).name).toBe("hello");
    expect(newBody(own)).toMatchObject({ name: "hello" });
    expect(newBody(named)).not.toHaveProperty("name");
  });
});

describe("what the server is told", () => {
  it("is in its own terms", () => {
    const agenda: Agenda = [{ key: 1, sharer: " Yang Ling ", subject: "Hello", minutes: "20" }, { key: 2, sharer: "", subject: " ", minutes: "20" }, { key: 3, sharer: "Ana", subject: "", minutes: "" }];
    expect(newBody(fresh({ title: " Hello ", date: "2026-05-29", time: "10:00", agenda, venue: " Hall " }))).toEqual({
      title: "Hello", starts: at("2026-05-29T02:00:00Z"), zone: "Asia/Shanghai", minutes: 120, venue: "Hall", floors: [], channels: [], autoRecord: false, ownTracks: false,
      access: "alliance", retentionDays: 0, agenda: [{ sharer: "Yang Ling", subject: "Hello", minutes: 20 }, { sharer: "Ana", subject: "", minutes: 0 }],
    });
    expect(newBody(fresh({ anyTime: true }))).toMatchObject({ starts: 0 });
  });
  it("comes back as it was, without a change", () => {
    const meeting = made({ starts: at("2026-05-29T02:00:00Z"), agenda: [{ sharer: "A", subject: "B", minutes: 20, started: 5 }, { sharer: "C", subject: "", minutes: 0, started: null }] });
    const form = formOf(meeting, "UTC");
    expect(form).toMatchObject({ date: "2026-05-29", time: "10:00", name: "demo", agenda: [{ key: 1, minutes: "20" }, { key: 2, minutes: "" }] });
    expect([changedBody(form, form), isChanged(form, formOf(meeting, "UTC"))]).toEqual([{}, false]);
    expect(formOf(made({ starts: 0, zone: "" }), "Asia/Tokyo")).toMatchObject({ anyTime: true, zone: "Asia/Tokyo" });
  });
  it("of a change is only what has changed", () => {
    const before = formOf(made(), "UTC");
    expect(changedBody(before, edit(before, { title: "Other", channels: ["en", "fr"] }, []))).toEqual({ title: "Other", channels: ["en", "fr"] });
    expect(Object.keys(changedBody(before, { ...before, agenda: addPart(before.agenda) }))).toEqual([]);
    expect(isChanged(before, { ...before, agenda: addPart(before.agenda) })).toBe(true);
    expect(Object.keys(changedBody(before, { ...before, zone: "Asia/Tokyo" }))).toEqual(["starts", "zone"]);
  });
  it("that is made while another is being saved stays, and is the only one then", () => {
    const sent = edit(formOf(made(), "UTC"), { venue: " Hall ", title: "Hello" }, []);
    const now = formOf(made({ venue: "Hall", title: "Hello" }), "UTC");
    expect(afterSaving(sent, sent, now)).toEqual(now);
    const shown = afterSaving(sent, edit(sent, { title: "Hello, all", zoneText: "Par" }, []), now);
    expect(shown).toEqual({ ...now, title: "Hello, all", zoneText: "Par" });
    expect([changedBody(now, shown), isChanged(now, shown)]).toEqual([{ title: "Hello, all" }, true]);
  });
});

describe("a plan that deletes what was recorded", () => {
  const DAY = 86_400;
  const now = made().starts + 40 * DAY;
  const deletes = (change: Parameters<typeof made>[0], next: Partial<Form>): boolean => {
    const meeting = made({ state: "ended", ...change });
    const before = formOf(meeting, "UTC");
    return deletesArchive(meeting, before, { ...before, ...next }, now);
  };
  it("is one by which the meeting was over long before", () => {
    expect([0, 30, 39, 41, 90].map((retentionDays) => deletes({}, { retentionDays }))).toEqual([false, true, true, false, false]);
    expect(deletes({ retentionDays: 41 }, { date: "2027-01-10" }), "it is said to have been earlier").toBe(true);
    expect(deletes({ starts: 0 }, { retentionDays: 3650 }), "of a meeting of any time the page doesn't know").toBe(true);
  });
  it("isn't one that changes something else, nor is a meeting's that goes on or is to come", () => {
    expect([deletes({ retentionDays: 30 }, { title: "Other" }), deletes({ people: 1, state: "open" }, { retentionDays: 30 }), deletes({ recording: "paused", state: "open" }, { retentionDays: 30 })]).toEqual([false, false, false]);
    expect([deletes({ starts: now + DAY, state: "planned" }, { retentionDays: 30 }), deletes({ starts: 0, state: "open" }, { retentionDays: 30 })]).toEqual([false, false]);
  });
});

describe("what is wrong is said of its field", () => {
  it("and of a part by the number that the server would say", () => {
    const agenda: Agenda = [{ key: 5, sharer: "", subject: "", minutes: "x" }, { key: 7, sharer: "A", subject: "", minutes: "soon" }];
    expect(problemsOf(fresh({ agenda, minutes: "-1", name: "Ab", zone: "Mars", title: " " }), [])).toEqual({
      title: "titleMissing", name: "nameBad", zone: "zoneBad", minutes: "minutesBad", "agenda[0].minutes": "partMinutesBad",
    });
    expect(keyOfPart(agenda, 0)).toBe(7);
    expect(problemsOf(fresh({ title: "T", date: "" }), [])).toEqual({ starts: "dateBad" });
    expect(problemsOf(fresh({ title: "T", date: "", anyTime: true }), [])).toEqual({});
    expect(problemsOf(fresh({ title: "T", name: "demo" }), ["demo"])).toEqual({ name: "nameTaken" });
  });
});

describe("a zone's field", () => {
  it("that holds no zone keeps the plan from being saved in the old one", () => {
    const form = edit(fresh({ title: "T" }), writtenZone("Atlantis"), []);
    expect([form.zone, form.zoneText, problemsOf(form, []), isChanged(fresh({ title: "T" }), form)]).toEqual(["Asia/Shanghai", "Atlantis", { zone: "zoneUnknown" }, true]);
    expect(problemsOf(edit(form, writtenZone(" "), []), [])).toEqual({ zone: "zoneBad" });
  });
  it("is the zone as soon as what is written in it is one", () => {
    const form = edit(fresh({ title: "T", zoneText: "Mumbai" }), {}, []);
    expect(problemsOf(form, [])).toEqual({});
    expect(edit(form, writtenZone("Mumbai"), [])).toMatchObject({ zone: "Asia/Kolkata", zoneText: null });
  });
});

describe("the agenda", () => {
  const three = [1, 2, 3].reduce<Agenda>((agenda) => addPart(agenda), []);
  const keys = (agenda: Agenda): number[] => agenda.map(({ key }) => key);
  it("grows at its end, with keys of their own, by parts as long as the last", () => {
    expect([keys(three), three[0]?.minutes]).toEqual([[1, 2, 3], "20"]);
    const longer = addPart(changePart(removePart(three, 2), 3, { minutes: "45" }));
    expect([keys(longer), longer.at(-1)?.minutes]).toEqual([[1, 3, 4], "45"]);
    expect(addPart(Array.from({ length: PARTS_MAX }, (_, key) => ({ key, sharer: "", subject: "", minutes: "" })))).toHaveLength(PARTS_MAX);
  });
  it("moves parts, not beyond its ends, and leaves the others as they are", () => {
    expect([keys(movePart(three, 1, 1)), keys(movePart(three, 3, -2)), keys(movePart(three, 1, 9))]).toEqual([[2, 1, 3], [3, 1, 2], [2, 3, 1]]);
    expect([movePart(three, 1, -1), movePart(three, 3, 1), movePart(three, 9, 1)]).toEqual([three, three, three]);
    expect(movePart(three, 1, 1)[0]).toBe(three[1]);
    expect(changePart(three, 2, { sharer: "A" })[0]).toBe(three[0]);
  });
  it("adds up what are numbers", () => {
    expect(totalMinutes([..."x"].flatMap(() => three).map((part, i) => ({ ...part, minutes: ["20", "", "30"][i] ?? "" })))).toBe(50);
    expect(["0", " 20 ", "1440", "1441", "-5", "2.5", "", "x"].map(wholeMinutes)).toEqual([0, 20, 1440, null, null, null, null, null]);
  });
});
