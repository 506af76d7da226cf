/** Microphone, camera and speaker: which one, and whether it works. In the lobby and in the meeting's settings. */
import type { DeviceChoice } from "../../core/state";
import { useCommands, useSelected, useText } from "../context";
import { Mic, Video, Volume2, type Icon } from "../icons";
import { ProblemNote } from "./basics";
import type { Key } from "../../text/text";

interface DeviceSelectProps {
  icon: Icon;
  label: string;
  /** For devices whose name the browser keeps to itself. */
  unnamed: Key;
  choices: readonly DeviceChoice[];
  chosen: string;
  testid: string;
  onChoose(id: string): void;
}

function DeviceSelect({ icon: Sign, label, unnamed, choices, chosen, testid, onChoose }: DeviceSelectProps) {
  const { t } = useText();
  // Nothing chosen yet, or a choice of another day that isn't plugged in: the browser takes what the system says.
  const elsewhere = !choices.some(({ id }) => id === chosen);
  return (
    <label class="field">
      <span class="field-label field-label-icon">
        <Sign size={16} />
        {label}
      </span>
      <select value={chosen} onChange={(event) => onChoose(event.currentTarget.value)} disabled={choices.length === 0} data-testid={testid}>
        {elsewhere && <option value={chosen}>{t("lobby.deviceDefault")}</option>}
        {choices.map((choice, at) => (
          <option key={choice.id} value={choice.id}>
            {choice.label || t(unnamed, { n: at + 1 })}
          </option>
        ))}
      </select>
    </label>
  );
}

/** 0..1 as bars; steps, so that most of the ten updates a second draw nothing. */
export function LevelMeter() {
  const { t } = useText();
  const bars = 12;
  const level = useSelected((state) => Math.round(Math.min(1, Math.max(0, state.devices.level)) * bars));
  return (
    <div class="level" role="meter" aria-label={t("lobby.level")} aria-valuemin={0} aria-valuemax={bars} aria-valuenow={level}>
      {Array.from({ length: bars }, (_, bar) => (
        <span key={bar} class={bar < level ? "level-full" : "level-empty"} />
      ))}
    </div>
  );
}

export function DeviceFields() {
  const { t } = useText();
  const commands = useCommands();
  const microphones = useSelected((state) => state.devices.microphones);
  const cameras = useSelected((state) => state.devices.cameras);
  const speakers = useSelected((state) => state.devices.speakers);
  const microphone = useSelected((state) => state.devices.microphone);
  const camera = useSelected((state) => state.devices.camera);
  const speaker = useSelected((state) => state.devices.speaker);
  return (
    <div class="device-fields">
      <DeviceSelect
        icon={Mic} label={t("lobby.microphone")} unnamed="lobby.microphoneN" choices={microphones} chosen={microphone} testid="microphone-choice"
        onChoose={(id) => commands.chooseMicrophone(id)}
      />
      <DeviceSelect
        icon={Video} label={t("lobby.camera")} unnamed="lobby.cameraN" choices={cameras} chosen={camera} testid="camera-choice"
        onChoose={(id) => commands.chooseCamera(id)}
      />
      {speakers.length > 0 && (
        <DeviceSelect
          icon={Volume2} label={t("lobby.speaker")} unnamed="lobby.speakerN" choices={speakers} chosen={speaker} testid="speaker-choice"
          onChoose={(id) => commands.chooseSpeaker(id)}
        />
      )}
    </div>
  );
}

/** The problems of both devices; one note when one sentence says both. */
export function DeviceProblems() {
  const { t } = useText();
  const commands = useCommands();
  const microphone = useSelected((state) => state.devices.microphoneProblem);
  const camera = useSelected((state) => state.devices.cameraProblem);
  const both = microphone !== null && camera !== null && microphone.words.key === camera.words.key;
  return (
    <>
      {microphone && (
        <ProblemNote
          problem={microphone} without={t("lobby.withoutMicrophone")}
          onRetry={() => commands.askDevices()} onWithout={() => commands.setMicrophone(false)}
        />
      )}
      {camera && !both && (
        <ProblemNote
          problem={camera} without={t("lobby.withoutCamera")} onRetry={() => commands.askDevices()} onWithout={() => commands.setCamera(false)}
        />
      )}
    </>
  );
}
