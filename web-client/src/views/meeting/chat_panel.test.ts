import { describe, expect, it } from "vitest";
import { initialState } from "../../core/initial";
import type { BoothMessage, Person, State } from "../../core/state";
import { boothsToWriteTo } from "./chat_panel";

const person = (id: string, booth = ""): Person => ({
  id, name: id, organisation: "", country: "", speaks: "", role: booth === "" ? "member" : "interpreter", microphone: "off", camera: "off", screen: false,
  mutedByHost: false, connection: "connected", listenOnly: false, booth, interprets: [], understands: [], pivot: "",
});
const message = (booth: string): BoothMessage => ({ id: 1, from: "p9", name: "Ana", booth, to: "host", text: "Help", at: 0 });
const meeting = (change: Partial<State>): State => ({
  ...initialState({}, "en", null), role: "host", people: new Map([person("p1"), person("p2", "fr"), person("p3", "en-zh"), person("p4", "fr")].map((one) => [one.id, one])), ...change,
});

describe("booths that a host may write to", () => {
  it("are those in which somebody is, each once", () => expect(boothsToWriteTo(meeting({}))).toEqual(["en-zh", "fr"]));
  it("and those that have written", () => expect(boothsToWriteTo(meeting({ people: new Map(), boothChat: [message("es"), message("")] }))).toEqual(["es"]));
  it("are none for others, who have no part in it", () => expect(boothsToWriteTo(meeting({ role: "member" }))).toEqual([]));
});
