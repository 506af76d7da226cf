/** That the meeting is recorded: seen by everybody, as long as it is so. */
import { FEW_HOURS } from "../../core/recording";
import { ownLanguageName } from "../../text/names";
import { useSelected, useText } from "../context";
import { sameArray, unrecorded } from "../selectors";

export function RecordingSign() {
  const { t } = useText();
  const recording = useSelected((state) => state.recording);
  const leads = useSelected((state) => state.may.has("record"));
  if (recording.state === "off") return null;
  const paused = recording.state === "paused";
  const without = useSelected(unrecorded, sameArray);
  const few = leads && recording.hoursLeft < FEW_HOURS;
  return (
    <p class={paused ? "recording-sign recording-paused" : "recording-sign"} role="status" data-testid="recording-sign">
      <span class="recording-dot" aria-hidden="true" />
      <span>{t(paused ? "recording.paused" : "recording.on")}</span>
      {leads && !paused && recording.trouble !== null && <strong class="recording-trouble">{t(`recording.${recording.trouble}`)}</strong>}
      {without.length > 0 && <span class="recording-without">{t("recording.without", { languages: without.map(ownLanguageName).join(", ") })}</span>}
      {few && <span class="recording-left">{t("recording.left", { n: recording.hoursLeft })}</span>}
    </p>
  );
}
