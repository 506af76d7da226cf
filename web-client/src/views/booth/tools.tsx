/** Signals to others, what the floor speaks, the hold time, the clock; and what opens beside the strip. */
import { callsFor, ownCall } from "../../core/calls";
import { clockTime } from "../../text/times";
import { BookOpen, CircleAlert, FlaskConical, Headphones, Keyboard, MessageSquare, Phone, PhoneCall, Turtle } from "../icons";
import { personOf } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { useNow } from "../parts/hooks";
import { useBooth, useBoothText } from "./context";
import type { Drawer } from "./drawer";
import { Choice, KeyButton } from "./parts";
import { unreadIn } from "./unread";

export function Signals() {
  const { t } = useBoothText();
  const booth = useBooth();
  const slowedUntil = useSelected((state) => state.console.slowedUntil);
  const insufficient = useSelected(isInsufficient);
  const slowed = useNow(slowedUntil > Date.now()) < slowedUntil;
  return (
    <div class="console-signals">
      <KeyButton name={t("slow.name")} k="slow" icon={Turtle} testid="slow-down-key" hint={t("slow.hint")} disabled={slowed} onClick={() => booth.slowDown()}>
        {slowed ? t("slow.sent") : t("slow.name")}
      </KeyButton>
      <KeyButton
        name={t("insufficient.name")} k="insufficient" icon={CircleAlert} testid="insufficient" pressed={insufficient} hint={t("insufficient.hint")}
        onClick={() => booth.setInsufficient(!insufficient)} {...(insufficient ? { look: "caution" as const } : {})}
      />
      <CallKey />
    </div>
  );
}

/** Answers, calls or withdraws, as it stands. */
function CallKey() {
  const { t } = useBoothText();
  const booth = useBooth();
  const called = useSelected((state) => callsFor(state).length > 0);
  const calls = useSelected((state) => ownCall(state, null) !== undefined);
  return (
    <KeyButton
      name={t(called ? "call.seen" : calls ? "call.withdraw" : "call.host")} k="call" icon={called ? PhoneCall : Phone} testid="call-host" pressed={calls}
      onClick={() => booth.call()} {...(called ? { look: "alert" as const } : {})}
    />
  );
}

/** On any channel of the booth's. */
export function isInsufficient(state: Parameters<typeof personOf>[0]): boolean {
  const own = personOf(state, state.me)?.interprets ?? [];
  return state.languages.channels.some(({ language, insufficient }) => insufficient && own.includes(language));
}

const HOLDS = [2, 3, 4, 5, 6, 8, 10, 0] as const;

export function Settings() {
  const { t, language } = useBoothText();
  const booth = useBooth();
  const commands = useCommands();
  const floor = useSelected((state) => state.languages.floor);
  const floors = useSelected((state) => state.languages.floors);
  const hold = useSelected((state) => state.booth?.hold ?? 4);
  // Whatever an interpreter may have to say: the floor's languages, and those interpreted into.
  const channels = useSelected((state) => state.languages.channels);
  const tags = [...new Set([...floors, ...channels.filter(({ sign }) => !sign).map((channel) => channel.language)])];
  const bySpeaker = !floor.set && floor.language ? t("floor.bySpeaker", { language: language(floor.language) }) : t("floor.bySpeakerUnknown");
  const holds = HOLDS.includes(hold as (typeof HOLDS)[number]) ? HOLDS : [hold, ...HOLDS];
  return (
    <>
      <Choice
        name={t("floor.label")} k="floorLanguage" testid="floor-language" value={floor.set ? floor.language : ""}
        choices={[{ value: "", words: bySpeaker }, ...tags.map((tag) => ({ value: tag, words: language(tag) }))]}
        onChoose={(value) => commands.setFloorLanguage(value || null)}
      />
      <Choice
        name={t("hold.label")} k="hold" testid="hold" hint={t("hold.hint")} value={String(hold)}
        choices={holds.map((n) => ({ value: String(n), words: n === 0 ? t("hold.never") : t("hold.seconds", { n }) }))}
        onChoose={(value) => booth.setHold(Number(value))}
      />
    </>
  );
}

export function Clock() {
  const { t } = useBoothText();
  const { dates } = useText();
  const now = useNow(true);
  return (
    <time class="console-clock" title={t("clock.label")} dateTime={new Date(now).toISOString()}>
      {clockTime(dates, now)}:{String(new Date(now).getSeconds()).padStart(2, "0")}
    </time>
  );
}

export function DrawerKeys({ open, onOpen }: { open: Drawer; onOpen(drawer: Drawer): void }) {
  const { t } = useBoothText();
  const unread = useSelected((state) => unreadIn(state, "booth") + unreadIn(state, "booths") + unreadIn(state, "host"));
  const calibrated = useSelected((state) => state.console.calibration !== null);
  const asks = useSelected((state) => state.console.headphones === null);
  const toggle = (drawer: Drawer) => (): void => onOpen(open === drawer ? "none" : drawer);
  return (
    <div class="console-drawers">
      <KeyButton
        name={t("chat.label")} k="chat" icon={MessageSquare} expanded={open === "chat"} testid="booth-chat" onClick={toggle("chat")}
        {...(unread > 0 ? { look: "alert" as const } : {})}
      >
        {t("chat.label")}
        {unread > 0 && (
          <span class="key-count">
            <span aria-hidden="true">{unread}</span>
            <span class="unseen">{t("chat.unread", { n: unread })}</span>
          </span>
        )}
      </KeyButton>
      <KeyButton name={t("glossary.name")} k="glossary" icon={BookOpen} expanded={open === "glossary"} testid="glossary" onClick={toggle("glossary")} />
      <KeyButton
        name={t("headphones.name")} k="headphones" icon={Headphones} expanded={open === "headphones"} testid="headphones" onClick={toggle("headphones")}
        {...(asks || !calibrated ? { look: "caution" as const } : {})}
      />
      <KeyButton name={t("console.keys")} k="keys" icon={Keyboard} expanded={open === "keys"} testid="console-keys" onClick={toggle("keys")} />
      <KeyButton name={t("test.name")} k="test" icon={FlaskConical} expanded={open === "test"} testid="booth-test" onClick={toggle("test")} />
    </div>
  );
}
