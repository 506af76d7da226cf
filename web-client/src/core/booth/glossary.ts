/**
 * A booth's own words: pasted text or a CSV or TSV file with two columns or more, searched while one speaks. Stays on this device, one for
 * each meeting. Whatever is in the file is text and nothing else.
 */
export interface Glossary {
  /** All rows have as many cells as the longest. */
  rows: readonly (readonly string[])[];
  /** Rows left out since there were too many, or since they had no second column. */
  leftOut: number;
}

const MOST_ROWS = 5000;
const MOST_COLUMNS = 8;
const LONGEST_CELL = 300;
/** UTF-16 units of a file. */
export const LONGEST_TEXT = 2_000_000;

/** The separator that most lines have: a tab is in no term, a comma in many. */
function separatorOf(text: string): string {
  const lines = text.split(/\r?\n/, 50).filter((line) => line.trim());
  const having = (separator: string): number => lines.filter((line) => line.includes(separator)).length;
  for (const separator of ["\t", ";", ","]) if (having(separator) > lines.length / 2) return separator;
  return having("=") > lines.length / 2 ? "=" : ",";
}

/** RFC 4180, section 2: quoted cells may hold separators, line ends and doubled quotes. A quote inside a plain cell is a letter. */
function* cells(text: string, separator: string): Generator<string[]> {
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? "";
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[at++];
      else quoted = false;
    } else if (c === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (c === separator || c === "\n") {
      row.push(cell);
      cell = "";
      if (c !== "\n") continue;
      yield row;
      row = [];
    } else {
      cell += c;
    }
  }
  if (cell || row.length > 0) yield [...row, cell];
}

/** One line, without what isn't seen or turns the text around (Unicode's controls of direction). */
function clean(cell: string): string {
  return cell.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g, " ").replace(/\s+/g, " ").trim().slice(0, LONGEST_CELL);
}

export function parseGlossary(source: string): Glossary {
  const text = source.slice(0, LONGEST_TEXT).replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const rows: string[][] = [];
  let leftOut = 0;
  for (const raw of cells(text, separatorOf(text))) {
    const row = raw.slice(0, MOST_COLUMNS).map(clean);
    const filled = row.filter(Boolean).length;
    if (filled === 0) continue;
    if (filled < 2 || rows.length >= MOST_ROWS) leftOut++;
    else rows.push(row);
  }
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return { rows: rows.map((row) => [...row, ...Array<string>(columns - row.length).fill("")]), leftOut };
}

/** Without case, accents and full-width forms: "Économie" is found by "econ". */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Rows in which every word of the question is; those in which a cell begins with it come first. */
export function searchGlossary(glossary: Glossary, question: string, most = 50): (readonly string[])[] {
  const asked = fold(question).trim();
  if (!asked) return glossary.rows.slice(0, most);
  const words = asked.split(/\s+/);
  const beginning: (readonly string[])[] = [];
  const containing: (readonly string[])[] = [];
  for (const row of glossary.rows) {
    const folded = row.map(fold);
    if (folded.some((cell) => cell.startsWith(asked))) beginning.push(row);
    else if (words.every((word) => folded.some((cell) => cell.includes(word)))) containing.push(row);
  }
  return [...beginning, ...containing].slice(0, most);
}
