/** For tests. */
import type { Body } from "./body";

export const BODY: Body = {
  theme: "How are you going to go on?",
  time: { starts: 1590717600, minutes: 120, zone: "Asia/Shanghai", places: [{ country: "CN", zone: "Asia/Shanghai" }] },
  venue: "Online",
  parts: [{ sharer: "Yang Ling", subject: "Hello", contents: "a" }, { sharer: "Maisara", subject: "Second", contents: "b" }, { sharer: "Ana", subject: "Third", contents: "c" }],
  questions: [{ question: "Why?", by: "Zoe", answer: "", answeredBy: "" }],
  participants: [{ name: "Ana", organisation: "", country: "TR" }, { name: "Li", organisation: "", country: "CN" }, { name: "Zoe", organisation: "", country: "TR" }, { name: "X", organisation: "", country: "" }],
  recorders: ["Ana"],
  attachments: [1],
};
