/** Made-up states, one for each thing that the page can look like. */
import { type ConsoleState, SILENT_CONSOLE } from "../../core/booth/console_state";
import { NO_RECORDING, type Recording } from "../../core/recording";
import { NO_LANGUAGES } from "../../core/languages";
import type { Action, AgendaPart, BoothMessage, Channel, ChatMessage, Person, Picture, Quality, State, Toast } from "../../core/state";
import { face, slide } from "./pictures";

const NOW = Date.now();
const MEMBER: Action[] = ["join", "publish", "screen", "chat", "hand"];
const HOST: Action[] = [...MEMBER, "give-floor", "mute", "remove", "invite", "end", "record", "archive"];

function person(id: string, name: string, organisation: string, country: string, speaks: string, change: Partial<Person> = {}): Person {
  return {
    id, name, organisation, country, speaks, role: "member", microphone: "off", camera: "on", screen: false, mutedByHost: false,
    connection: "connected", listenOnly: false, booth: "", interprets: [], understands: [], pivot: "", ...change,
  };
}

const PEOPLE: Person[] = [
  person("me", "Maisara Othman", "Green Hills Initiative", "MY", "ms"),
  person("p1", "Yang Ling 杨玲", "Chengdu Roots & Shoots Environmental Culture Exchange Centre", "CN", "zh", { microphone: "on" }),
  person("p2", "Ana María Quispe", "Bosques del Sur", "PE", "es", { role: "interpreter", microphone: "on" }),
  person("p3", "田中 美咲", "Osaka Satoyama Network", "JP", "ja", { camera: "off" }),
  person("p4", "Tsegaye Bekele", "Lalibela Water Trust", "ET", "am", { connection: "reconnecting" }),
  person("p5", "ليلى حداد", "Cedar Valley", "LB", "ar", { role: "host", microphone: "on" }),
  person("p6", "Jo", "", "", "", { camera: "none", microphone: "none", listenOnly: true }),
  person("p7", "Priyanka Wickramasinghe-Jayawardena", "Sarvodaya Coast", "LK", "si", { mutedByHost: true }),
];

const CHAT: ChatMessage[] = [
  { id: 1, from: "p5", name: "ليلى حداد", text: "صباح الخير! Good morning everybody.", at: NOW - 900_000, question: false },
  { id: 2, from: "p1", name: "Yang Ling 杨玲", text: "大家好！幻灯片在这里：https://example.org/slides/neighbor（PDF，2 MB）", at: NOW - 600_000, question: false },
  { id: 3, from: "me", name: "Maisara Othman", text: "Thank you! How many litres were saved in the first year?", at: NOW - 400_000, question: true },
  { id: 4, from: "p2", name: "Ana María Quispe", text: "Me uno a la pregunta.", at: NOW - 300_000, question: false },
  { id: 5, from: "p2", name: "Ana María Quispe", text: "And: which of the five gardens had a well of its own before?", at: NOW - 290_000, question: true },
  { id: 6, from: "me", name: "Maisara Othman", text: "👍", at: NOW - 60_000, question: false },
];

const AGENDA: AgendaPart[] = [
  { number: 1, sharer: "ليلى حداد", subject: "Opening, and who is here", minutes: 10, started: NOW - 1_900_000 },
  { number: 2, sharer: "Yang Ling 杨玲", subject: "Hello, neighbor: five gardens, one year", minutes: 40, started: NOW - 1_200_000 },
  { number: 3, sharer: "Tsegaye Bekele", subject: "Water for Lalibela", minutes: 40, started: null },
  { number: 4, sharer: "", subject: "Questions and answers", minutes: 30, started: null },
];

const TOASTS: Toast[] = [
  { id: 1, words: { key: "toast.handRaised", values: { name: "Ana María Quispe" } }, kind: "info", until: NOW + 9e6 },
  { id: 2, words: { key: "toast.screenFailed", values: { message: "NotReadableError" } }, kind: "problem", until: NOW + 9e6 },
];

const DEVICES: State["devices"] = {
  permission: "asked",
  microphones: [{ id: "a", label: "Built-in microphone" }, { id: "b", label: "" }],
  cameras: [{ id: "c", label: "Front camera" }],
  speakers: [{ id: "d", label: "Built-in speakers" }],
  microphone: "a", camera: "c", speaker: "d", microphoneProblem: null, cameraProblem: null, level: 0.45, preview: null,
};

export const BASE: State = {
  page: { at: "loading" },
  uiLanguage: "en",
  theme: "system",
  inAppBrowser: null,
  meeting: {
    name: "demo", title: "Sharing meeting: How are you going to go on?", starts: Date.UTC(2020, 4, 29, 2, 0), zone: "Asia/Shanghai", minutes: 120,
    floors: ["zh"], channels: ["en", "es"], venue: "", autoRecord: false,
  },
  profile: { name: "Maisara Othman", organisation: "Green Hills Initiative", country: "MY", speaks: "ms" },
  nameFixed: false,
  joinMode: "full",
  consent: true,
  devices: DEVICES,
  me: null,
  role: "member",
  may: new Set(MEMBER),
  people: new Map(),
  agenda: [],
  part: 0,
  chat: [],
  unread: 0,
  hands: [],
  barred: [],
  stage: { holder: null, previous: null, pinned: false },
  screen: null,
  speaking: [],
  quality: new Map(),
  link: { at: "connected" },
  microphone: "on",
  camera: "on",
  screenShare: "off",
  stagePicture: null,
  screenPicture: null,
  ownScreen: null,
  paused: [],
  tiles: [],
  pageSize: 0,
  galleryMembers: [],
  gallery: [],
  sounds: [],
  soundGraph: true,
  soundOut: null,
  languages: NO_LANGUAGES,
  recording: NO_RECORDING,
  recordingStalls: false,
  sending: 0,
  unsent: 0,
  unsaid: [],
  listening: "",
  originalLevel: 0.15,
  weakLink: false,
  channelPicture: null,
  slowDownUntil: 0,
  cards: new Map(),
  audience: null,
  booth: null,
  handovers: [],
  onAir: null,
  boothChat: [],
  calls: [],
  incoming: "",
  partner: null,
  console: SILENT_CONSOLE,
  soundBlocked: false,
  layout: "speaker",
  panel: "none",
  galleryPage: 0,
  galleryPages: 1,
  toasts: [],
  issuedLink: null,
  wakeLock: false,
};

function channel(language: string, state: Channel["state"], change: Partial<Channel> = {}): Channel {
  const onAir = state === "off" || state === "empty" ? null : "p2";
  return { language, sign: false, state, onAir, booth: "b", since: onAir ? NOW - 400_000 : 0, insufficient: false, override: false, program: false, unrecorded: false, ...change };
}

/** Into four languages and a sign language, each in another state. */
function interpreted(listening: string, change: Partial<State> = {}): Partial<State> {
  const channels = [
    channel("en", "speech"), channel("es", "pause"), channel("fr", "empty"), channel("id", "off", { override: true }), channel("ase", "speech", { sign: true }),
  ];
  return { languages: { floors: ["zh", "ja"], floor: { language: "zh", set: false, program: false }, channels }, listening, ...change };
}

function picture(mid: string, participant: string, stream: MediaStream): Picture {
  return { mid, participant, stream, live: true };
}

function meeting(change: Partial<State> = {}, people: readonly Person[] = PEOPLE): State {
  const others = people.filter(({ id }) => id !== "me");
  const marks: [string, Quality][] = people.map(({ id }, at) => [id, ([3, 3, 2, 3, 0, 3, 1, 2] as const)[at % 8] ?? 3]);
  return {
    ...BASE,
    page: { at: "meeting" },
    devices: { ...DEVICES, preview: face(0) },
    me: "me",
    people: new Map(people.map((one) => [one.id, one])),
    quality: new Map(marks),
    stage: { holder: "p1", previous: "p5", pinned: false },
    speaking: ["p1"],
    stagePicture: picture("8", "p1", face(2)),
    tiles: others.map(({ id }) => id),
    galleryMembers: others.map(({ id }) => id),
    gallery: others.filter(({ camera, id }) => camera === "on" && id !== "p4").map(({ id }, at) => picture(String(10 + at), id, face(at + 2, id === "p7"))),
    chat: CHAT,
    microphone: "off",
    ...change,
  };
}

/** A booth of two between Chinese and English, one more into Spanish. */
function booth(change: Partial<State> = {}, console: Partial<ConsoleState> = {}): State {
  const interprets = { role: "interpreter" as const, interprets: ["en", "zh"], understands: ["zh", "en"], pivot: "en", booth: "en-zh" };
  const people = PEOPLE.map((one) => (one.id === "me" || one.id === "p2" ? { ...one, ...interprets } : one));
  const made = (language: string, part: Partial<Channel>): Channel => ({ ...channel(language, "off"), booth: "", override: false, ...part });
  return meeting(
    {
      role: "interpreter", microphone: "off", booth: { name: "en-zh", hold: 4, members: ["me", "p2"] },
      audience: { listeners: { en: 87, zh: 12, es: 31 }, floor: 54 },
      languages: {
        floors: ["zh", "en"], floor: { language: "zh", set: false, program: false },
        channels: [
          made("en", { state: "speech", onAir: "p2", booth: "en-zh" }), made("zh", {}), made("es", { state: "speech", onAir: "p4", booth: "es" }), made("fr", { state: "empty" }),
        ],
      },
      ...change,
      console: {
        ...SILENT_CONSOLE, ready: true, outgoing: "en", headphones: true, calibration: { fullScale: 95, at: NOW - 6e6 }, protection: "full", exposure: 68,
        measured: { participant: "p1", word: "clear", bandwidth: 15_000, level: -18, noise: -62, clipping: 0, loss: 0, offset: 12 }, ...console,
      },
    },
    people,
  );
}

const onAirMe = (state: State): State => ({
  ...state, onAir: "en",
  languages: { ...state.languages, channels: state.languages.channels.map((one) => (one.language === "en" ? { ...one, onAir: "me" } : one)) },
});
const offered = (by: string, from: string, to: string): Partial<State> => ({ handovers: [{ language: "en", from, to, by, until: NOW + 9e6 }] });
const BOOTH_CHAT: BoothMessage[] = [
  { id: 1, from: "p2", name: "Ana María Quispe", booth: "en-zh", to: "booth", text: "LCC = 低碳社区? I took “low-carbon community”.", at: NOW - 200_000 },
  { id: 2, from: "me", name: "Maisara Othman", booth: "en-zh", to: "booth", text: "👍 Same here. Slide 14 has the numbers.", at: NOW - 180_000 },
  { id: 3, from: "p5", name: "ليلى حداد", booth: "", to: "booths", text: "We overrun by ten minutes, sorry!", at: NOW - 60_000 },
];

const crowd = Array.from({ length: 40 }, (_, at) =>
  person(`c${at}`, `${["Amara", "Bo", "Chidi", "Dolma", "Elif"][at % 5]} ${at + 1}`, "Alliance", "BR", "pt", { camera: at % 3 ? "on" : "off" }),
);

const retry = (key: string, continueWithout = true): State["devices"]["cameraProblem"] => ({ words: { key }, retry: true, continueWithout });

const RECORDING: Recording = { state: "recording", since: NOW - 90_000, writes: true, trouble: null, hoursLeft: 41 };

/** Made when asked for: each has cameras running. */
export const SCREENS: Record<string, () => State> = {
  loading: () => BASE,
  refused: () => ({ ...BASE, meeting: null, page: { at: "refused", problem: { words: { key: "refused.offline" }, retry: true, continueWithout: false } } }),
  "refused-barred": () => ({ ...BASE, page: { at: "refused", problem: { words: { key: "refused.barred" }, retry: false, continueWithout: false } } }),
  lobby: () => ({ ...BASE, page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, preview: face(0) } }),
  "lobby-first": () => ({
    ...BASE, page: { at: "lobby", joining: false, problem: null }, profile: { name: "", organisation: "", country: "", speaks: "" }, microphone: "off",
    camera: "off", devices: { ...DEVICES, permission: "unasked", microphones: [], cameras: [], speakers: [] },
  }),
  "lobby-asking": () => ({ ...BASE, page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, permission: "asking" } }),
  "lobby-busy": () => ({
    ...BASE, page: { at: "lobby", joining: false, problem: retry("lobby.serverGone") ?? null }, microphone: "off", camera: "none",
    devices: { ...DEVICES, microphoneProblem: retry("devices.micBusy"), cameraProblem: retry("devices.camDenied"), cameras: [], level: 0 },
  }),
  "lobby-joining": () => ({ ...BASE, page: { at: "lobby", joining: true, problem: null }, nameFixed: true, devices: { ...DEVICES, preview: face(0) } }),
  "lobby-listener": () => ({ ...BASE, role: "listener", may: new Set<Action>(["join", "chat", "hand"]), page: { at: "lobby", joining: false, problem: null } }),
  "lobby-wechat": () => ({ ...BASE, inAppBrowser: "wechat", page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, preview: face(0) } }),
  "lobby-agenda": () => ({
    ...BASE, page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, preview: face(0) },
    agenda: AGENDA.map((part) => ({ ...part, started: null })), meeting: { ...BASE.meeting!, venue: "Chengdu, Tongzilin community hall, room 2", autoRecord: true },
  }),
  "lobby-interpreter": () => ({
    ...BASE, role: "interpreter", page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, preview: face(0) },
    recording: { ...NO_RECORDING, state: "recording" }, consent: false,
  }),
  elsewhere: () => ({ ...BASE, page: { at: "elsewhere", joinMode: "full" } }),
  "left-unsent": () => ({ ...BASE, page: { at: "left", why: "ended" }, unsent: 2 }),
  "left-unsaid": () => ({ ...BASE, page: { at: "left", why: "ended" }, unsaid: ["What does a seed cost there?", "这是我的问题。"].map((text, key) => ({ key, text })) }),
  left: () => ({ ...BASE, page: { at: "left", why: "left" } }),
  "left-removed": () => ({ ...BASE, page: { at: "left", why: "removed" } }),
  meeting: () => meeting({ stage: { holder: "p1", previous: null, pinned: true }, unread: 3 }),
  "meeting-alone": () => meeting({ stage: { holder: null, previous: null, pinned: false }, speaking: [], stagePicture: null }, PEOPLE.slice(0, 1)),
  "meeting-two": () => meeting({ stage: { holder: null, previous: null, pinned: false }, speaking: [], stagePicture: null, microphone: "on" }, PEOPLE.slice(0, 2)),
  "meeting-screen": () => meeting({ screen: "p1", screenPicture: picture("9", "p1", slide()), speaking: ["p1", "p5"] }),
  "meeting-screen-coming": () => meeting({ screen: "p1", screenPicture: null }),
  "meeting-gallery": () => meeting({ layout: "gallery", speaking: ["p2", "p5"], hands: [{ participant: "p3", at: NOW }, { participant: "me", at: NOW }] }),
  "meeting-crowd": () =>
    meeting(
      { layout: "gallery", galleryPage: 1 },
      [...PEOPLE, ...crowd],
    ),
  "meeting-crowd-stage": () => meeting({}, [...PEOPLE, ...crowd]),
  "meeting-upright": () => meeting({ stagePicture: picture("8", "p1", face(4, true)) }),
  "meeting-no-camera": () => meeting({ stage: { holder: "p3", previous: null, pinned: false }, speaking: ["p3"], camera: "off" }),
  "meeting-sharing": () => meeting({ screenShare: "on", screen: "me", ownScreen: slide(), microphone: "on" }),
  "meeting-media-lost": () => meeting({ link: { at: "media-lost", since: NOW - 4000 }, quality: new Map([["me", 0]]) }),
  "meeting-server-lost": () => meeting({ link: { at: "signalling-lost", since: NOW - 2000, nextTry: NOW + 4000 }, microphone: "on" }),
  "meeting-weak": () => meeting({ quality: new Map([["me", 1], ["p1", 2]]), hands: [{ participant: "p2", at: NOW }, { participant: "me", at: NOW }] }),
  "meeting-toasts": () => meeting({ toasts: TOASTS }),
  "meeting-blocked": () => meeting({ soundBlocked: true }),
  "meeting-listener": () => meeting({ role: "listener", may: new Set<Action>(["join", "chat", "hand"]), microphone: "none", camera: "none", devices: DEVICES }),
  "meeting-people": () =>
    meeting({
      panel: "people", role: "host", may: new Set(HOST), hands: [{ participant: "p2", at: NOW - 300_000 }, { participant: "p3", at: NOW - 60_000 }],
      barred: [{ id: 1, name: "Somebody Loud", at: NOW - 500_000 }], stage: { holder: "p1", previous: null, pinned: true },
    }),
  "meeting-people-toasts": () => meeting({ panel: "people", toasts: TOASTS }, [...PEOPLE, ...crowd]),
  "meeting-chat": () => meeting({ panel: "chat" }),
  "meeting-chat-unsaid": () => meeting({ panel: "chat", unsaid: ["Can you hear me?", "I write it down, then."].map((text, key) => ({ key, text })), link: { at: "signalling-lost", since: NOW, nextTry: NOW + 60_000 } }),
  "meeting-chat-empty": () => meeting({ panel: "chat", chat: [] }),
  "lobby-languages": () => ({ ...BASE, ...interpreted("en"), page: { at: "lobby", joining: false, problem: null }, devices: { ...DEVICES, preview: face(0) } }),
  "meeting-interpreted": () => meeting(interpreted("en")),
  "meeting-booth-empty": () => meeting(interpreted("fr")),
  "meeting-insufficient": () => {
    const { languages, ...rest } = interpreted("en");
    const channels = languages?.channels.map((one) => ({ ...one, insufficient: one.language === "en" })) ?? [];
    return meeting({ ...rest, languages: { ...(languages ?? NO_LANGUAGES), channels } });
  },
  "meeting-sign": () => meeting(interpreted("ase", { channelPicture: picture("31", "p2", face(1, true)) })),
  "meeting-sign-screen": () => meeting(interpreted("ase", { channelPicture: picture("31", "p2", face(1, true)), screen: "p1", screenPicture: picture("9", "p1", slide()) })),
  "meeting-advice": () =>
    meeting(interpreted("", {
      microphone: "on", slowDownUntil: NOW + 9e6,
      cards: new Map([["me", { participant: "me", word: "muffled", bandwidth: 4000, level: -31, noise: -60, clipping: 0, loss: 0, offset: null }]]),
    })),
  "meeting-host-languages": () => meeting({ ...interpreted("en"), role: "host", may: new Set(HOST) }),
  booth: () => booth(),
  "booth-first": () => booth({}, { headphones: null, calibration: null, measured: null, protection: "simple" }),
  "booth-on-air": () => onAirMe(booth({ boothChat: BOOTH_CHAT }, { onAirSince: NOW - 1_062_000 })),
  "booth-cough": () => onAirMe(booth({}, { onAirSince: NOW - 62_000, coughing: true })),
  "booth-offered": () => booth(offered("p2", "p2", "me")),
  "booth-asked": () => onAirMe(booth(offered("p2", "me", "p2"), { onAirSince: NOW - 1_700_000, reminding: true })),
  "booth-asking": () => booth(offered("me", "p2", "me")),
  "booth-lost": () => {
    const state = booth({}, { alert: { kind: "lost", participant: "p2", language: "en" } });
    const channels = state.languages.channels.map((one) => (one.language === "en" ? { ...one, state: "lost" as const } : one));
    return { ...state, languages: { ...state.languages, channels } };
  },
  "booth-relay": () =>
    booth(
      { incoming: "es", boothChat: BOOTH_CHAT, cards: new Map() },
      { automatic: true, measured: { participant: "p1", word: "muffled", bandwidth: 3800, level: -31, noise: -50, clipping: 0, loss: 0, offset: -210 } },
    ),
  "booth-called": () => onAirMe(booth({ calls: [{ id: 1, from: "p5", to: "booth", booth: "en-zh" }] }, { onAirSince: NOW - 62_000 })),
  "booth-calling": () => booth({ calls: [{ id: 1, from: "me", to: "host", booth: "en-zh" }], soundGraph: false }),
  "booth-partner-off": () => {
    const state = booth({ partner: "p2" }, { measured: { participant: "p1", word: "apart", bandwidth: 15_000, level: -18, noise: -62, clipping: 0, loss: 0, offset: 140 } });
    const channels = state.languages.channels.map((one) => (one.language === "en" ? { ...one, onAir: null, state: "off" as const, booth: "" } : one));
    return { ...state, languages: { ...state.languages, channels } };
  },
  "booth-alone": () => booth({ booth: { name: "en-zh", hold: 0, members: ["me"] } }),
  "meeting-host-called": () =>
    meeting({
      ...interpreted(""), role: "host", may: new Set(HOST), microphone: "on",
      calls: [{ id: 1, from: "p2", to: "host", booth: "en-zh" }, { id: 2, from: "me", to: "booth", booth: "es-en" }],
      cards: new Map([["p1", { participant: "p1", word: "breaking", bandwidth: 4000, level: -31, noise: -60, clipping: 0, loss: 0.1, offset: null }]]),
    }),
  "meeting-agenda": () => meeting({ agenda: AGENDA, part: 2, panel: "agenda" }),
  "meeting-agenda-host": () => meeting({ agenda: AGENDA, part: 2, panel: "agenda", role: "host", may: new Set(HOST) }),
  "meeting-part": () => meeting({ agenda: AGENDA, part: 2, stage: { holder: "p1", previous: null, pinned: true } }),
  "meeting-questions": () => meeting({ panel: "chat", agenda: AGENDA, part: 4, role: "host", may: new Set(HOST) }),
  "meeting-unrecorded": () => {
    const { languages, ...rest } = interpreted("en");
    const channels = languages?.channels.map((one) => ({ ...one, unrecorded: one.language === "en" })) ?? [];
    return meeting({
      ...rest, languages: { ...(languages ?? NO_LANGUAGES), channels }, recording: RECORDING,
    });
  },
  "meeting-recording": () => meeting({ recording: RECORDING, role: "host", may: new Set(HOST) }),
  "meeting-recording-starts": () => meeting({ recording: { ...RECORDING, writes: false }, role: "host", may: new Set(HOST) }),
  "meeting-recording-stalls": () => meeting({ recording: { ...RECORDING, writes: false }, recordingStalls: true, role: "host", may: new Set(HOST) }),
  "booth-unrecorded": () => onAirMe(booth({ consent: false }, { onAirSince: NOW - 62_000 })),
  "meeting-host": () => meeting({ role: "host", may: new Set(HOST) }),
};
