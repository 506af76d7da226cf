import { describe, expect, it } from "vitest";
import { parseGlossary, searchGlossary } from "./glossary";

const rows = (text: string): readonly (readonly string[])[] => parseGlossary(text).rows;

describe("parseGlossary", () => {
  it("reads what a spreadsheet puts on the clipboard", () =>
    expect(rows("water\t水\r\nwell\t井\r\n")).toEqual([["water", "水"], ["well", "井"]]));
  it("reads CSV with quotes, commas and line ends in cells", () =>
    expect(rows('term,note\n"rain, heavy","暴雨 ""big""\nline"\n')).toEqual([["term", "note"], ["rain, heavy", '暴雨 "big" line']]));
  it("reads what Excel writes where the comma is a decimal sign", () => expect(rows("1,5 m;un mètre cinquante\n2;deux")).toEqual([["1,5 m", "un mètre cinquante"], ["2", "deux"]]));
  it("reads lines typed by hand", () => expect(rows("NGO = 非政府组织\nUNEP = 联合国环境规划署")).toEqual([["NGO", "非政府组织"], ["UNEP", "联合国环境规划署"]]));
  it("gives all rows as many columns", () => expect(rows("a\tb\tc\nd\te")).toEqual([["a", "b", "c"], ["d", "e", ""]]));
  it("says how many lines it couldn't use", () => {
    expect(parseGlossary("a\tb\n\nonly one\n\tx\n")).toEqual({ rows: [["a", "b"]], leftOut: 2 });
  });
  it("takes text for text", () => {
    expect(rows("<img src=x onerror=alert(1)>\t=cmd()")).toEqual([["<img src=x onerror=alert(1)>", "=cmd()"]]);
    expect(rows("a\u202eb\t\u0000c\u0007d")).toEqual([["a b", "c d"]]);
  });
  it("is bounded", () => {
    const many = parseGlossary("a\tb\n".repeat(6000));
    expect(many.rows.length).toBe(5000);
    expect(many.leftOut).toBe(1000);
    expect(rows(`${"x".repeat(9999)}\ty`)[0]?.[0]?.length).toBe(300);
    expect(rows(`a${"\tb".repeat(50)}`)[0]?.length).toBe(8);
  });
  it("survives an open quote", () => expect(rows('a\t"b\nc\td')).toEqual([["a", "b c d"]]));
  it("is empty for nothing", () => expect(parseGlossary("")).toEqual({ rows: [], leftOut: 0 }));
});

describe("searchGlossary", () => {
  const glossary = parseGlossary("Économie circulaire\tcircular economy\nÇevre\tenvironment\n水资源管理\twater resources management\nСвежая вода\tfresh water");
  const found = (question: string): (string | undefined)[] => searchGlossary(glossary, question).map((row) => row[1]);
  it("goes without case and accents", () => {
    expect(found("econ")).toEqual(["circular economy"]);
    expect(found("CEVRE")).toEqual(["environment"]);
    expect(found("ВОДА")).toEqual(["fresh water"]);
  });
  it("finds a part of a term in characters", () => expect(found("管理")).toEqual(["water resources management"]));
  it("finds words in any order", () => expect(found("management water")).toEqual(["water resources management"]));
  it("puts terms that begin so first", () => expect(found("water")).toEqual(["water resources management", "fresh water"]));
  it("shows all when nothing is asked, and none when nothing fits", () => {
    expect(found(" ").length).toBe(4);
    expect(found("xyz")).toEqual([]);
  });
});
