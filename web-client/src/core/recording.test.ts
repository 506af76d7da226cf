import { describe, expect, it, vi } from "vitest";
import { NO_RECORDING, RecordingBell, recordingNews, type Recording } from "./recording";

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
