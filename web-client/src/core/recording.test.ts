import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isWritten, NO_RECORDING, RecordingBell, recordingNews, RecordingWatch, type Recording } from "./recording";

const ON: Recording = { state: "recording", since: 1, writes: true, trouble: null, hoursLeft: 9 };

describe("recordingNews", () => {
  it("tells everybody when it begins, pauses and ends", () => {
    expect(recordingNews(NO_RECORDING, ON, false)).toEqual({ key: "toast.recordingBegins", problem: false });
    expect(recordingNews(ON, { ...ON, state: "paused" }, false)).toEqual({ key: "toast.recordingPaused", problem: false });
    expect(recordingNews(ON, NO_RECORDING, false)).toEqual({ key: "toast.recordingEnds", problem: false });
  });

  it("says nothing of what changes meanwhile", () => {
    expect(recordingNews(ON, { ...ON, hoursLeft: 8, writes: false }, true)).toBeNull();
  });

  it("tells a full disk to those who lead, once", () => {
    const full: Recording = { ...ON, trouble: "disk-full" };
    expect(recordingNews(ON, full, true)).toEqual({ key: "toast.diskFull", problem: true });
    expect(recordingNews(full, { ...full, hoursLeft: 0 }, true)).toBeNull();
    expect(recordingNews(ON, full, false)).toBeNull();
  });
});

describe("RecordingBell", () => {
  it("sounds when it begins and when it goes on, and not in between", () => {
    const sound = vi.fn();
    const bell = new RecordingBell(sound);
    const update = (recording: Recording): void => bell.update({ page: { at: "meeting" }, recording });
    update(NO_RECORDING);
    expect(sound).not.toHaveBeenCalled();
    update(ON);
    update({ ...ON, hoursLeft: 3 });
    expect(sound).toHaveBeenCalledTimes(1);
    update({ ...ON, state: "paused" });
    update(ON);
    expect(sound).toHaveBeenCalledTimes(2);
    bell.update({ page: { at: "left", why: "left" }, recording: NO_RECORDING });
    expect(sound).toHaveBeenCalledTimes(2);
  });
});

describe("RecordingWatch", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const told: boolean[] = [];
  const watch = (): ((recording: Recording) => void) => {
    told.length = 0;
    const one = new RecordingWatch((stalls) => told.push(stalls));
    return (recording) => one.update({ page: { at: "meeting" }, recording });
  };

  it("lets a studio start, and tells when nothing is written for longer", () => {
    const update = watch();
    update({ ...ON, writes: false });
    vi.advanceTimersByTime(9000);
    update(ON);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    update({ ...ON, writes: false });
    vi.advanceTimersByTime(9000);
    update({ ...ON, writes: false, hoursLeft: 8 }); // other news don't make it wait anew
    vi.advanceTimersByTime(1500);
    expect(told).toEqual([true]);
    update(ON);
    expect(told).toEqual([true, false]);
  });
  it("has nothing to tell while nothing should be written", () => {
    const update = watch();
    update({ ...ON, writes: false });
    update({ ...ON, writes: false, state: "paused" });
    vi.advanceTimersByTime(60_000);
    update(NO_RECORDING);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });
  it("knows that a disk that takes nothing has nothing written on it", () => {
    expect([ON, { ...ON, trouble: "disk-slow" as const }, { ...ON, trouble: "disk-full" as const }, { ...ON, trouble: "disk-error" as const }, { ...ON, writes: false }].map(isWritten))
      .toEqual([true, true, false, false, false]);
  });
});
