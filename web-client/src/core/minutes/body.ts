/** Minutes in the alliance's form, as the server keeps them (PROTOCOL.md, section Minutes). */
import { array, boolean, type Guard, number, object, string } from "../guards";

export interface Place {
  /** ISO 3166-1, "" not said. */
  country: string;
  /** IANA. */
  zone: string;
}

export interface Time {
  /** Unix seconds; 0: not said. */
  starts: number;
  minutes: number;
  zone: string;
  places: Place[];
}

export interface Part {
  sharer: string;
  subject: string;
  /** Paragraphs with an empty line between; lines that begin with "- " are a list. */
  contents: string;
}

export interface Question {
  question: string;
  by: string;
  answer: string;
  answeredBy: string;
}

export interface Participant {
  name: string;
  organisation: string;
  country: string;
}

export interface Body {
  theme: string;
  time: Time;
  venue: string;
  parts: Part[];
  questions: Question[];
  participants: Participant[];
  recorders: string[];
  /** Of the meeting's attachments. */
  attachments: number[];
}

export interface Minutes {
  language: string;
  version: number;
  published: boolean;
  author: string;
  /** When it was saved, Unix ms. */
  at: number;
  body: Body;
}

export interface Version {
  version: number;
  author: string;
  at: number;
  published: boolean;
}

/** What was said after a question, from which its answer may be chosen. */
export interface Said {
  by: string;
  text: string;
}

export const readBody: Guard<Body> = object({
  theme: string,
  time: object({ starts: number, minutes: number, zone: string, places: array(object({ country: string, zone: string })) }),
  venue: string,
  parts: array(object({ sharer: string, subject: string, contents: string })),
  questions: array(object({ question: string, by: string, answer: string, answeredBy: string })),
  participants: array(object({ name: string, organisation: string, country: string })),
  recorders: array(string),
  attachments: array(number),
});

export const readMinutes: Guard<Minutes> = object({ language: string, version: number, published: boolean, author: string, at: number, body: readBody });

export const readVersions: Guard<Version[]> = object(
  { versions: array(object({ version: number, author: string, at: number, published: boolean })) },
  ({ versions }) => versions,
);

export const readDraft: Guard<{ body: Body; answers: Said[][] }> = object(
  { body: readBody, possibleAnswers: array(array(object({ by: string, text: string }))) },
  ({ body, possibleAnswers }) => ({ body, answers: possibleAnswers }),
);

export const readSaved: Guard<{ version: number; at: number }> = object({ version: number, at: number });

/** The same parts, people and questions in another language, for a translator: everything stays where it was, to be written over. */
export function copyOf(body: Body): Body {
  return structuredClone(body);
}

export type Block = { kind: "text"; lines: string[] } | { kind: "list"; items: string[] };

/** As minutes_document.c reads it. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of text.split(/\r\n|\r|\n/).map((one) => one.trim())) {
    const item = /^- (.+)$/.exec(line)?.[1];
    if (item !== undefined) {
      if (open?.kind === "list") open.items.push(item);
      else blocks.push((open = { kind: "list", items: [item] }));
    } else if (line === "") {
      open = null;
    } else if (open?.kind === "text") {
      open.lines.push(line);
    } else {
      blocks.push((open = { kind: "text", lines: [line] }));
    }
  }
  return blocks;
}
