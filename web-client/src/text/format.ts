/**
 * The part of ICU MessageFormat that the catalogues use: {name}, {n, number}, {n, plural, =0 {…} one {…} other {… # …}} and
 * {role, select, host {…} other {…}}, nested as deep as one likes. Not here: apostrophe quoting (an apostrophe is an apostrophe, no
 * message needs a literal brace) and date skeletons (views format times themselves). The library that does all of ICU weighs more
 * than the rest of the page's text, on a link that may carry 100 kbit/s.
 */
export type Values = Readonly<Record<string, string | number>>;

type Part =
  | { kind: "text"; text: string }
  | { kind: "value"; name: string; number: boolean }
  | { kind: "hash" }
  | { kind: "choice"; name: string; plural: boolean; cases: ReadonlyMap<string, readonly Part[]> };

class Reader {
  private at = 0;

  constructor(private readonly source: string) {}

  message(inPlural: boolean, inner: boolean): Part[] {
    const parts: Part[] = [];
    let text = "";
    const flush = (): void => {
      if (text) parts.push({ kind: "text", text });
      text = "";
    };
    for (; this.at < this.source.length; this.at++) {
      const c = this.source[this.at];
      if (c === "}" && inner) break;
      if (c === "}") throw this.wrong("a brace closes nothing");
      if (c === "{") {
        flush();
        this.at++;
        parts.push(this.argument());
      } else if (c === "#" && inPlural) {
        flush();
        parts.push({ kind: "hash" });
      } else {
        text += c;
      }
    }
    if (inner && this.source[this.at] !== "}") throw this.wrong("a brace stays open");
    flush();
    return parts;
  }

  private argument(): Part {
    const name = this.word();
    if (this.taken("}")) {
      this.at--; // message() steps over the closing brace
      return { kind: "value", name, number: false };
    }
    this.expect(",");
    const type = this.word();
    if (type === "number") {
      this.skipSpace();
      if (this.source[this.at] !== "}") throw this.wrong("number takes no style");
      return { kind: "value", name, number: true };
    }
    if (type !== "plural" && type !== "select") throw this.wrong(`unknown type ${type}`);
    this.expect(",");
    return { kind: "choice", name, plural: type === "plural", cases: this.cases(type === "plural") };
  }

  private cases(plural: boolean): Map<string, Part[]> {
    const cases = new Map<string, Part[]>();
    for (this.skipSpace(); this.source[this.at] !== "}"; this.skipSpace()) {
      const when = this.word();
      this.expect("{");
      cases.set(when, this.message(plural, true));
      this.at++;
    }
    if (!cases.has("other")) throw this.wrong("a choice needs the case other");
    return cases;
  }

  private word(): string {
    this.skipSpace();
    const found = /^[=\w-]+/.exec(this.source.slice(this.at))?.[0];
    if (!found) throw this.wrong("a name is missing");
    this.at += found.length;
    return found;
  }

  private expect(c: string): void {
    if (!this.taken(c)) throw this.wrong(`${c} is missing`);
  }

  private taken(c: string): boolean {
    this.skipSpace();
    if (this.source[this.at] !== c) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (/\s/.test(this.source[this.at] ?? "")) this.at++;
  }

  private wrong(why: string): Error {
    return new Error(`${why}, at ${this.at} of "${this.source}"`);
  }
}

const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** A name in Arabic or Hebrew script is kept from turning the sentence around it (Unicode's first-strong isolate). */
function isolated(text: string): string {
  return RTL.test(text) ? `\u2068${text}\u2069` : text;
}

function write(parts: readonly Part[], language: string, values: Values, hash: number): string {
  let out = "";
  for (const part of parts) {
    if (part.kind === "text") {
      out += part.text;
    } else if (part.kind === "hash") {
      out += new Intl.NumberFormat(language).format(hash);
    } else if (part.kind === "value") {
      const value = values[part.name] ?? "";
      out += typeof value === "number" ? new Intl.NumberFormat(language).format(value) : isolated(value);
    } else {
      const value = values[part.name] ?? "";
      const number = Number(value);
      const chosen = part.plural
        ? (part.cases.get(`=${number}`) ?? part.cases.get(new Intl.PluralRules(language).select(number)))
        : part.cases.get(String(value));
      out += write(chosen ?? part.cases.get("other") ?? [], language, values, part.plural ? number : hash);
    }
  }
  return out;
}

const compiled = new Map<string, readonly Part[]>();

function parse(message: string): readonly Part[] {
  let parts = compiled.get(message);
  if (!parts) {
    parts = new Reader(message).message(false, false);
    compiled.set(message, parts);
  }
  return parts;
}

/** Throws on a message that isn't well formed; a test formats every message of every catalogue. */
export function format(message: string, language: string, values: Values = {}): string {
  return write(parse(message), language, values, 0);
}

/** The names that a message takes, for the test that compares catalogues. */
export function placeholders(message: string): Set<string> {
  const names = new Set<string>();
  const walk = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.kind === "value" || part.kind === "choice") names.add(part.name);
      if (part.kind === "choice") part.cases.forEach(walk);
    }
  };
  walk(parse(message));
  return names;
}
