/** Who is here, who wants to speak, and what the host can do about it. */
import { useState } from "preact/hooks";
import { ownCall } from "../../core/calls";
import type { Person } from "../../core/state";
import { clockTime } from "../../text/times";
import { useCommands, useSelected, useText } from "../context";
import { ChevronRight, Hand, Mic, MicOff, MonitorUp, Phone, Search, UserX, Video } from "../icons";
import { Button, NetworkMark } from "../parts/basics";
import { Initials } from "../parts/picture";
import { sameArray } from "../selectors";
import { Confirm } from "./dialogs";
import { Panel } from "./panel";
import { Details, useConnectionWords } from "./tile";

/** From this many people on, a list is searched rather than read. */
const MANY = 12;

export function PeoplePanel() {
  const { t, tag } = useText();
  const people = useSelected((state) => state.people);
  const me = useSelected((state) => state.me);
  const mayRemove = useSelected((state) => state.may.has("remove"));
  const [wanted, setWanted] = useState("");
  const [removing, setRemoving] = useState<Person | null>(null);
  const shown = listed([...people.values()], me, wanted, tag);
  return (
    <Panel title={`${t("people.title")} (${people.size})`}>
      <div class="panel-scroll" tabIndex={0} role="group" aria-label={t("people.title")}>
        <RaisedHands />
        {people.size >= MANY && (
          <label class="search">
            <Search size={16} />
            <span class="unseen">{t("people.search")}</span>
            <input type="search" value={wanted} placeholder={t("people.search")} onInput={(event) => setWanted(event.currentTarget.value)} />
          </label>
        )}
        <ul class="people" aria-label={t("people.here")}>
          {shown.map((person) => (
            <PersonRow key={person.id} person={person} own={person.id === me} onRemove={() => setRemoving(person)} />
          ))}
        </ul>
        {shown.length === 0 && <p class="panel-note">{t("people.nobody")}</p>}
        {mayRemove && <Barred />}
      </div>
      {removing && <RemoveDialog person={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

/** Oneself first, then by name, so that everybody stays where one looks for them. */
function listed(people: Person[], me: string | null, wanted: string, tag: string): Person[] {
  const { compare } = new Intl.Collator(tag);
  const words = wanted.trim().toLocaleLowerCase();
  return people
    .filter((person) => !words || `${person.name} ${person.organisation}`.toLocaleLowerCase().includes(words))
    .sort((a, b) => Number(b.id === me) - Number(a.id === me) || compare(a.name, b.name));
}

function RaisedHands() {
  const { t, dates } = useText();
  const commands = useCommands();
  const hands = useSelected((state) => state.hands);
  const people = useSelected((state) => state.people);
  const mayGive = useSelected((state) => state.may.has("give-floor"));
  const raised = hands.flatMap((hand) => {
    const person = people.get(hand.participant);
    return person ? [{ person, at: hand.at }] : [];
  });
  if (raised.length === 0) return null;
  return (
    <section class="hands" aria-labelledby="hands-title">
      <h3 id="hands-title" class="panel-heading">
        <Hand size={16} />
        {t("people.hands")}
      </h3>
      <ol>
        {raised.map(({ person, at }, place) => (
          <li key={person.id} class="hand">
            <span class="hand-place" aria-hidden="true">
              {place + 1}
            </span>
            <bdi class="hand-name">{person.name}</bdi>
            <time class="hand-time" dateTime={new Date(at).toISOString()}>
              {clockTime(dates, at)}
            </time>
            {mayGive && (
              <div class="row hand-actions">
                <Button small kind="primary" onClick={() => commands.giveFloor(person.id)} label={`${t("people.giveFloor")}: ${person.name}`} testid="give-floor">
                  {t("people.giveFloor")}
                </Button>
                <Button small onClick={() => commands.lowerHand(person.id)} label={`${t("people.lowerHand")}: ${person.name}`} testid="lower-hand">
                  {t("people.lowerHand")}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface PersonRowProps {
  person: Person;
  own: boolean;
  onRemove(): void;
}

function PersonRow({ person, own, onRemove }: PersonRowProps) {
  const mayGive = useSelected((state) => state.may.has("give-floor"));
  const mayMute = useSelected((state) => state.may.has("mute"));
  const mayRemove = useSelected((state) => state.may.has("remove")) && !own;
  const [open, setOpen] = useState(false);
  const may = mayGive || (mayMute && !own) || mayRemove;
  const actions = `person-${person.id}`;
  return (
    <li class="person" data-person={person.id}>
      {may ? (
        <button type="button" class="person-row person-button" aria-expanded={open} aria-controls={actions} onClick={() => setOpen(!open)}>
          <PersonFacts person={person} own={own} />
          <ChevronRight size={16} class={open ? "person-open person-opened" : "person-open mirrored-in-rtl"} />
        </button>
      ) : (
        <div class="person-row">
          <PersonFacts person={person} own={own} />
        </div>
      )}
      {may && open && <PersonActions id={actions} person={person} own={own} onRemove={onRemove} />}
    </li>
  );
}

function PersonFacts({ person, own }: { person: Person; own: boolean }) {
  const { t } = useText();
  const quality = useSelected((state) => state.quality.get(person.id));
  const floor = useSelected((state) => state.stage.pinned && state.stage.holder === person.id);
  const connection = useConnectionWords(person);
  return (
    <>
      <Initials name={person.name} id={person.id} />
      <span class="person-words">
        <span class="person-name">
          <bdi>{own ? t("tile.you", { name: person.name }) : person.name}</bdi>
          {person.role !== "member" && <span class="tag">{t(`role.${person.role}`)}</span>}
        </span>
        <span class="person-details">
          {connection && <strong>{connection}</strong>}
          {floor && (
            <strong class="person-floor">{t("stage.pinned")}</strong>
          )}
          {person.listenOnly && <span>{t("tile.listens")}</span>}
          <Details person={person} />
        </span>
      </span>
      <span class="person-states">
        <NetworkMark quality={quality} />
        {person.screen && <StateSign icon={MonitorUp} words={t("people.sharing")} />}
        {person.camera === "on" && <StateSign icon={Video} words={t("people.cameraOn")} />}
        {!person.listenOnly && <MicrophoneSign person={person} />}
      </span>
    </>
  );
}

function MicrophoneSign({ person }: { person: Person }) {
  const { t } = useText();
  if (person.mutedByHost) return <StateSign icon={MicOff} words={t("people.mutedByHost")} caution />;
  if (person.microphone === "on") return <StateSign icon={Mic} words={t("people.microphoneOn")} />;
  return <StateSign icon={MicOff} words={t(person.microphone === "none" ? "tile.noMic" : "tile.muted")} />;
}

function StateSign({ icon: Sign, words, caution }: { icon: typeof Mic; words: string; caution?: boolean }) {
  return (
    <span class={caution ? "state state-caution" : "state"} title={words}>
      <Sign size={16} />
      <span class="unseen">{words}</span>
    </span>
  );
}

function PersonActions({ id, person, own, onRemove }: PersonRowProps & { id: string }) {
  const { t } = useText();
  const commands = useCommands();
  const may = useSelected((state) => state.may);
  const hand = useSelected((state) => state.hands.some(({ participant }) => participant === person.id));
  const floor = useSelected((state) => state.stage.pinned && state.stage.holder === person.id);
  const mutes = may.has("mute") && !own;
  const calls = useSelected((state) => state.role === "host") && person.booth !== "";
  const called = useSelected((state) => ownCall(state, person.booth) !== undefined);
  return (
    <div class="person-actions" id={id} role="group" aria-label={t("people.actions", { name: person.name })}>
      {may.has("give-floor") && (
        <Button small onClick={() => commands.giveFloor(floor ? null : person.id)} testid="person-floor">
          {t(floor ? "people.takeFloor" : "people.giveFloor")}
        </Button>
      )}
      {may.has("give-floor") && hand && (
        <Button small onClick={() => commands.lowerHand(person.id)}>
          {t("people.lowerHand")}
        </Button>
      )}
      {mutes && person.microphone === "on" && !person.mutedByHost && (
        <Button small onClick={() => commands.mute(person.id, "microphone")} testid="person-mute">
          {t("people.mute")}
        </Button>
      )}
      {mutes && person.camera === "on" && (
        <Button small onClick={() => commands.mute(person.id, "camera")}>
          {t("people.stopCamera")}
        </Button>
      )}
      {mutes && person.screen && (
        <Button small onClick={() => commands.mute(person.id, "screen")}>
          {t("people.stopScreen")}
        </Button>
      )}
      {calls && (
        <Button small icon={Phone} onClick={() => commands.callBooth(person.booth, !called)} testid="call-booth">
          {called ? t("call.withdraw") : t("call.booth", { booth: person.booth })}
        </Button>
      )}
      {may.has("remove") && !own && (
        <Button small kind="danger" onClick={onRemove} testid="person-remove">
          {t("people.remove")}
        </Button>
      )}
    </div>
  );
}

function RemoveDialog({ person, onClose }: { person: Person; onClose(): void }) {
  const { t } = useText();
  const commands = useCommands();
  const { name } = person;
  return (
    <Confirm
      title={t("people.removeTitle", { name })} text={t("people.removeText", { name })} action={t("people.remove")}
      onConfirm={() => commands.remove(person.id)} onClose={onClose}
    />
  );
}

/** Asked for only when opened: the list is the server's. */
function Barred() {
  const { t, dates } = useText();
  const commands = useCommands();
  const barred = useSelected((state) => state.barred, sameArray);
  return (
    <details class="barred" onToggle={(event) => event.currentTarget.open && commands.showBarred()}>
      <summary class="panel-heading">
        <UserX size={16} />
        {t("people.removed")}
      </summary>
      {barred.length === 0 ? (
        <p class="panel-note">{t("people.nobodyRemoved")}</p>
      ) : (
        <ul>
          {barred.map((person) => (
            <li key={person.id} class="hand">
              <bdi class="hand-name">{person.name}</bdi>
              <time class="hand-time" dateTime={new Date(person.at).toISOString()}>
                {clockTime(dates, person.at)}
              </time>
              <Button small onClick={() => commands.readmit(person.id)} label={`${t("people.readmit")}: ${person.name}`} testid="readmit">
                {t("people.readmit")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
