/** Before the meeting: who one is, how one looks and sounds, and in. Devices may fail; joining never depends on them. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JoinMode, Page } from "../../core/state";
import { countryChoices, countryName, likelyCountries } from "../../text/names";
import { clockTime, meetingTime, plannedTimes } from "../../text/times";
import { mayChooseLanguage } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { ChevronDown, Disc, Headphones, Languages, MapPin, Mic, MicOff, Video, VideoOff, Volume2, type Icon } from "../icons";
import { AgendaWords } from "../parts/agenda";
import { Button, ProblemNote } from "../parts/basics";
import { DeviceFields, DeviceProblems, LevelMeter } from "../parts/devices";
import { LanguageDialog, useHeardName } from "../parts/hearing";
import { useMedia } from "../parts/hooks";
import { Picture } from "../parts/picture";
import { Options, SpeaksField } from "../parts/speaks";
import { Frame } from "./simple";

type LobbyPage = Extract<Page, { at: "lobby" }>;

export function Lobby({ page }: { page: LobbyPage }) {
  const { t } = useText();
  const commands = useCommands();
  const nameField = useRef<HTMLInputElement>(null);
  const name = useSelected((state) => state.profile.name);
  const listener = useSelected((state) => state.role === "listener");
  const [nameMissing, setNameMissing] = useState(false);
  const [hearing, setHearing] = useState(false);
  const narrow = useMedia("(max-width: 599px)");

  const join = (mode: JoinMode): void => {
    if (page.joining) return;
    if (name.trim() === "") {
      setNameMissing(true);
      nameField.current?.focus();
      return;
    }
    commands.join(mode);
  };

  return (
    <Frame wide>
      <form
        class="lobby"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          join(listener ? "listen" : "full");
        }}
      >
        <Heading />
        {narrow && <Agenda />}
        <div class="lobby-columns">
          {!listener && (
            <section class="lobby-devices" aria-label={t("lobby.devices")}>
              <Preview />
              <DeviceProblems />
              <AskedDeviceFields />
            </section>
          )}
          <section class="lobby-profile" aria-label={t("lobby.profile")}>
            <ProfileFields nameField={nameField} nameMissing={nameMissing && name.trim() === ""} onHearing={() => setHearing(true)} />
            {listener && <p class="note note-plain">{t("lobby.listener")}</p>}
            <div class="lobby-join">
              {page.problem && (
                <ProblemNote problem={page.problem} without={t("lobby.joinListen")} onRetry={() => commands.retry()} onWithout={() => join("listen")} />
              )}
              <JoinButtons joining={page.joining} listener={listener} onJoin={join} />
            </div>
            {!listener && <p class="hint">{t("lobby.joinHint")}</p>}
            <Recorded />
          </section>
        </div>
        {!narrow && <Agenda open />}
      </form>
      {hearing && <LanguageDialog onClose={() => setHearing(false)} />}
    </Frame>
  );
}

function JoinButtons({ joining, listener, onJoin }: { joining: boolean; listener: boolean; onJoin(mode: JoinMode): void }) {
  const { t } = useText();
  return (
    <div class="join-buttons">
      <button type="submit" class="button button-primary button-large" disabled={joining} data-testid="join">
        {joining && <span class="spinner spinner-small" />}
        <span>{t(joining ? "lobby.joining" : "lobby.join")}</span>
      </button>
      {!listener && (
        <>
          <Button icon={Volume2} disabled={joining} onClick={() => onJoin("sound")} testid="join-sound">
            {t("lobby.joinSound")}
          </Button>
          <Button icon={Headphones} disabled={joining} onClick={() => onJoin("listen")} testid="join-listen">
            {t("lobby.joinListen")}
          </Button>
        </>
      )}
    </div>
  );
}

function Heading() {
  const { t, dates } = useText();
  const meeting = useSelected((state) => state.meeting);
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = meeting && meetingTime(dates, ownZone, meeting);
  return (
    <div class="lobby-heading">
      <h1>{meeting?.title || meeting?.name}</h1>
      {time ? (
        <p class="lobby-time">
          <span>{time.day}</span>
          <span>
            <strong>{time.own}</strong> {t("lobby.yourTime")}
          </span>
          {time.other && (
            <span>
              {time.other.time} {time.other.zone}
            </span>
          )}
        </p>
      ) : (
        <p class="lobby-time">{t("lobby.anyTime")}</p>
      )}
      {meeting?.venue && (
        <p class="lobby-venue">
          <MapPin size={16} />
          <span class="unseen">{t("lobby.venue")}: </span>
          <bdi>{meeting.venue}</bdi>
        </p>
      )}
    </div>
  );
}

/** What there will be, by the visitor's clock. Behind a line where it would push the way in off the page. */
function Agenda({ open = false }: { open?: boolean }) {
  const { t, dates } = useText();
  const agenda = useSelected((state) => state.agenda);
  const starts = useSelected((state) => state.meeting?.starts ?? 0);
  if (agenda.length === 0) return null;
  const times = plannedTimes(starts, agenda);
  return (
    <details class="lobby-agenda" open={open}>
      <summary>{t("agenda.summary", { n: agenda.length })}</summary>
      <ol class="agenda">
        {agenda.map((part, at) => {
          const time = times[at];
          return (
            <li key={part.number} class="agenda-part">
              <AgendaWords part={part} {...(time ? { from: clockTime(dates, time) } : {})} />
            </li>
          );
        })}
      </ol>
    </details>
  );
}

/** What joining means for what is kept, and an interpreter's word about it. */
function Recorded() {
  const { t } = useText();
  const commands = useCommands();
  const now = useSelected((state) => state.recording.state === "recording");
  const will = useSelected((state) => state.meeting?.autoRecord === true);
  const interprets = useSelected((state) => state.role === "interpreter");
  const consent = useSelected((state) => state.consent);
  const key = now ? "lobby.recordedNow" : will ? "lobby.recorded" : "lobby.recording";
  return (
    <div class="lobby-recorded">
      {now || will ? (
        <p class="note note-plain" data-testid="consent-text">
          <Disc size={20} />
          {t(key)}
        </p>
      ) : (
        <p class="hint" data-testid="consent-text">{t(key)}</p>
      )}
      {interprets && (
        <>
          <label class="check">
            <input
              type="checkbox" checked={consent} aria-describedby="consent-hint" data-testid="consent"
              onChange={(event) => commands.setConsent(event.currentTarget.checked)}
            />
            {t("lobby.consent")}
          </label>
          <p class="hint" id="consent-hint">
            {t("lobby.consentHint")}
          </p>
        </>
      )}
    </div>
  );
}

function Preview() {
  const { t } = useText();
  const commands = useCommands();
  const preview = useSelected((state) => state.devices.preview);
  const permission = useSelected((state) => state.devices.permission);
  const microphone = useSelected((state) => state.microphone);
  const camera = useSelected((state) => state.camera);
  const waits = permission !== "asked";
  return (
    <div class="preview">
      <div class="preview-picture">
        <Picture stream={preview} live={preview !== null} label={t("lobby.ownPicture")} mirrored kind="own" />
        {!preview && !waits && (
          <p class="preview-words">
            <VideoOff size={28} />
            {t(camera === "none" ? "lobby.noCamera" : "lobby.cameraOff")}
          </p>
        )}
        {permission === "unasked" && (
          <div class="preview-words">
            <strong>{t("lobby.askTitle")}</strong>
            <p class="preview-text">{t("lobby.askText")}</p>
            <Button kind="primary" onClick={() => commands.askDevices()} testid="ask-devices">
              {t("lobby.ask")}
            </Button>
          </div>
        )}
        {permission === "asking" && (
          <p class="preview-words" role="status">
            <span class="spinner" />
            {t("lobby.asking")}
          </p>
        )}
      </div>
      <div class="preview-controls">
        <div>
          <Toggle
            on={microphone === "on"} signOn={Mic} signOff={MicOff} name={t("lobby.microphone")} testid="mic" onChange={(on) => commands.setMicrophone(on)}
          />
          {microphone === "on" && permission === "asked" && <LevelMeter />}
        </div>
        <Toggle on={camera === "on"} signOn={Video} signOff={VideoOff} name={t("lobby.camera")} testid="camera" onChange={(on) => commands.setCamera(on)} />
      </div>
    </div>
  );
}

interface ToggleProps {
  on: boolean;
  signOn: Icon;
  signOff: Icon;
  name: string;
  testid: string;
  onChange(on: boolean): void;
}

function Toggle({ on, signOn: SignOn, signOff: SignOff, name, testid, onChange }: ToggleProps) {
  return (
    <button type="button" class="toggle" role="switch" aria-checked={on} onClick={() => onChange(!on)} data-testid={testid}>
      {on ? <SignOn size={20} /> : <SignOff size={20} />}
      {name}
      <span class="switch" />
    </button>
  );
}

/** A phone rarely has a choice of devices: there they wait behind a line. */
function AskedDeviceFields() {
  const { t } = useText();
  const asked = useSelected((state) => state.devices.permission === "asked");
  const narrow = useMedia("(max-width: 599px)");
  if (!asked) return null;
  if (!narrow) return <DeviceFields />;
  return (
    <details class="more-devices">
      <summary>{t("lobby.otherDevices")}</summary>
      <DeviceFields />
    </details>
  );
}

interface ProfileFieldsProps {
  nameField: { current: HTMLInputElement | null };
  nameMissing: boolean;
  onHearing(): void;
}

function ProfileFields({ nameField, nameMissing, onHearing }: ProfileFieldsProps) {
  const { t } = useText();
  const commands = useCommands();
  const profile = useSelected((state) => state.profile);
  const nameFixed = useSelected((state) => state.nameFixed);
  useEffect(() => {
    // On a phone the focus would open the keyboard over the page before it was read.
    if (!matchMedia("(pointer: coarse)").matches && nameField.current?.value === "") nameField.current.focus();
  }, []);
  return (
    <div class="profile-fields">
      <div class="field field-wide">
        <label class="field-label" for="name">
          {t("lobby.name")}
        </label>
        <input
          id="name" ref={nameField} type="text" value={profile.name} readOnly={nameFixed} maxLength={80} autocomplete="name" required dir="auto"
          placeholder={t("lobby.nameHint")} data-testid="name" aria-invalid={nameMissing} aria-describedby={nameMissing ? "name-missing" : undefined}
          onInput={(event) => commands.setProfile({ name: event.currentTarget.value })}
        />
        {nameFixed && <p class="hint">{t("lobby.nameFixed")}</p>}
        {nameMissing && (
          <p class="field-problem" id="name-missing" role="alert">
            {t("lobby.nameMissing")}
          </p>
        )}
      </div>
      <div class="field field-wide">
        <label class="field-label" for="organisation">
          {t("lobby.organisation")} <span class="field-optional">{t("lobby.optional")}</span>
        </label>
        <input
          id="organisation" type="text" value={profile.organisation} maxLength={120} autocomplete="organization" dir="auto" data-testid="organisation"
          onInput={(event) => commands.setProfile({ organisation: event.currentTarget.value })}
        />
      </div>
      <CountryField chosen={profile.country} />
      <SpeaksField />
      <HearingField onOpen={onHearing} />
    </div>
  );
}

/** What one will hear; the same choice as in the meeting. */
function HearingField({ onOpen }: { onOpen(): void }) {
  const { t } = useText();
  const shown = useSelected(mayChooseLanguage);
  const language = useHeardName();
  if (!shown) return null;
  return (
    <div class="field">
      <span class="field-label" id="hearing-label">
        {t("hearing.field")}
      </span>
      <button
        type="button" class="button field-button" aria-haspopup="dialog" aria-labelledby="hearing-label hearing-language" data-testid="language"
        onClick={onOpen}
      >
        <Languages size={20} />
        <bdi id="hearing-language">{language}</bdi>
        <ChevronDown size={16} />
      </button>
    </div>
  );
}

function CountryField({ chosen }: { chosen: string }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const all = useMemo(() => countryChoices(tag), [tag]);
  const likely = likelyCountries(navigator.languages).map((code) => ({ code, label: countryName(tag, code) }));
  return (
    <label class="field">
      <span class="field-label">
        {t("lobby.country")} <span class="field-optional">{t("lobby.optional")}</span>
      </span>
      <select value={chosen} autocomplete="country" data-testid="country" onChange={(event) => commands.setProfile({ country: event.currentTarget.value })}>
        <option value="">{t("lobby.choose")}</option>
        {likely.length > 0 && (
          <optgroup label={t("lobby.suggested")}>
            <Options choices={likely} />
          </optgroup>
        )}
        <optgroup label={t("lobby.allCountries")}>
          <Options choices={all} />
        </optgroup>
      </select>
    </label>
  );
}
