/** What is happening, in words: oneself first, then who speaks. */
import type { Link } from "../../core/state";
import { ownStatus, personOf, sameArray, speakingNames, type StatusPart } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { AudioLines, CircleAlert, MonitorOff, WifiOff } from "../icons";
import { Button } from "../parts/basics";
import { HeardLine } from "../parts/hearing";
import { useNow } from "../parts/hooks";
import { Picture } from "../parts/picture";
import { RecordingSign } from "./recording_sign";

function sameParts(a: StatusPart[], b: StatusPart[]): boolean {
  return a.length === b.length && a.every((part, at) => part.key === b[at]?.key && part.values?.["place"] === b[at]?.values?.["place"]);
}

export function StatusLine() {
  const { t } = useText();
  const link = useSelected((state) => state.link);
  const parts = useSelected(ownStatus, sameParts);
  const names = useSelected(speakingNames, sameArray);
  return (
    <div class={link.at === "connected" ? "status" : "status status-lost"} aria-label={t("status.label")} role="group">
      {link.at === "connected" ? null : <LinkLost link={link} />}
      <p class="status-own" role="status">
        {parts.map((part) => (
          <span key={part.key} class={`status-part status-${part.tone}`}>
            {t(part.key, part.values)}
          </span>
        ))}
      </p>
      <RecordingSign />
      <HeardLine />
      <OwnScreen />
      {names.length > 0 && (
        <p class="status-speaking">
          <AudioLines size={16} />
          <bdi>{t("status.speaking", { names: names.join(", ") })}</bdi>
        </p>
      )}
      <SpeakerSound />
    </div>
  );
}

/** Of who has the stage, as interpreters hear it: for hosts, who can do something about it. */
function SpeakerSound() {
  const { t } = useText();
  const word = useSelected((state) => (state.role === "host" ? state.cards.get(state.stage.holder ?? "")?.word : undefined));
  const name = useSelected((state) => personOf(state, state.stage.holder)?.name ?? "");
  if (word === undefined || word === "clear") return null;
  return (
    <p class="status-sound" role="status" data-testid="speaker-sound">
      <CircleAlert size={16} />
      <bdi>{t(`sound.${word}`, { name })}</bdi>
    </p>
  );
}

/** The words are announced once; the seconds only seen. */
function LinkLost({ link }: { link: Exclude<Link, { at: "connected" }> }) {
  const { t } = useText();
  const now = useNow(true);
  const seconds = Math.max(0, Math.floor((now - link.since) / 1000));
  return (
    <p class="status-link">
      <WifiOff size={16} />
      <span role="status">{t(link.at === "media-lost" ? "status.mediaLost" : "status.signallingLost")}</span>
      <span class="status-seconds" aria-hidden="true">
        {t("status.seconds", { n: seconds })}
      </span>
    </p>
  );
}

/** What one shows to all, small, and the way to stop it. */
function OwnScreen() {
  const { t } = useText();
  const commands = useCommands();
  const on = useSelected((state) => state.screenShare === "on");
  const stream = useSelected((state) => state.ownScreen);
  if (!on) return null;
  return (
    <div class="own-screen">
      {stream && (
        <span class="own-screen-picture">
          <Picture stream={stream} live label={t("stage.ownScreen")} whole kind="own" />
        </span>
      )}
      <Button small icon={MonitorOff} onClick={() => commands.stopScreen()} testid="stop-screen">
        {t("more.stopScreen")}
      </Button>
    </div>
  );
}
