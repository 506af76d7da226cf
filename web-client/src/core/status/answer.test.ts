import { describe, expect, it } from "vitest";
import { readAnswer } from "./answer";
import { answer } from "./fakes";

describe("readAnswer", () => {
  it("reads each worker's values by their columns' names", () => {
    const read = readAnswer({
      ...answer(), columns: ["time", "people", "viewers", "memory"], workerColumns: ["busy", "delayP99", "packetsOut", "top"],
      rows: [[1005, 3, 1, 5e7, [0.25, null, 100, [1, 7, 0, 2]], [0, 80, 0, []]]],
    });
    expect(read.rows).toHaveLength(1);
    expect(read.rows[0]).toMatchObject({ time: 1005, people: 3, viewers: 1, memory: 5e7 });
    expect(read.rows[0]?.workers).toHaveLength(2);
    expect(read.rows[0]?.workers[0]).toMatchObject({ busy: 0.25, delayP99: null, packetsOut: 100, slots: null, top: [["drop_send", 7], ["drop_stranger", 2]] });
    expect(read.rows[0]?.workers[1]).toMatchObject({ delayP99: 80, top: [] });
  });
  it("takes columns that it doesn't know for nothing", () => {
    const read = readAnswer({ ...answer(), columns: ["time", "colour"], workerColumns: ["later"], rows: [[1005, 9, [1]]] });
    expect(read.rows[0]).toMatchObject({ time: 1005, people: 0 });
    expect(read.rows[0]?.workers[0]).toMatchObject({ busy: null, top: [] });
  });
  it("names what it can't read", () => {
    expect(() => readAnswer({})).toThrow("started");
    expect(() => readAnswer({ ...answer(), columns: ["time"], workerColumns: [], rows: [5] })).toThrow("rows[0]");
    expect(() => readAnswer({ ...answer(), columns: ["time"], workerColumns: ["busy"], rows: [[1, ["x"]]] })).toThrow("rows[0][1].busy");
    expect(() => readAnswer({ ...answer(), columns: ["time"], workerColumns: ["top"], rows: [[1, [[99, 1]]]] })).toThrow("no such reason");
  });
});
