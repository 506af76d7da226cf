/** That the meeting is recorded: seen by everybody, as long as it is so; and that nothing is written, though it should be. */
import { FEW_HOURS } from "../../core/recording";
import { ownLanguageName } from "../../text/names";
import { useSelected, useText } from "../context";
import { recordingWord, sameArray, unrecorded } from "../selectors";

export function RecordingSign() {
  const { t } = useText();
  const recording = useSelected((state) => state.recording);
  const word = useSelected(recordingWord);
  const leads = useSelected((state) => state.may.has("record"));
  const without = useSelected(unrecorded, sameArray);
  if (word === null) return null;
  const few = leads && recording.hoursLeft < FEW_HOURS;
  return (
    <p class={`recording-sign recording-${word}`} role="status" data-testid="recording-sign">
      <span class="recording-dot" aria-hidden="true" />
      <span class="recording-word">{t(`recording.${word}`)}</span>
      {leads && word !== "paused" && recording.trouble !== null && <strong class="recording-trouble">{t(`recording.${recording.trouble}`)}</strong>}
      {without.length > 0 && <span class="recording-without">{t("recording.without", { languages: without.map(ownLanguageName).join(", ") })}</span>}
      {few && <span class="recording-left">{t("recording.left", { n: recording.hoursLeft })}</span>}
    </p>
  );
}
