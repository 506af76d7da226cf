import { useEffect } from "preact/hooks";
import { playAll, useStream } from "../media";
import { useCommands, useSelected, useText } from "../context";
import { Volume2 } from "../icons";
import { Button } from "./basics";

/** One element for each voice that the relay sends; nothing to see. */
export function Sounds() {
  const sounds = useSelected((state) => state.sounds);
  const speaker = useSelected((state) => state.devices.speaker);
  return (
    <div hidden>
      {sounds.map((stream) => (
        <Sound key={stream.id} stream={stream} speaker={speaker} />
      ))}
    </div>
  );
}

function Sound({ stream, speaker }: { stream: MediaStream; speaker: string }) {
  const ref = useStream<HTMLAudioElement>(stream);
  useEffect(() => {
    const element = ref.current;
    // Not in Safari; a speaker that was unplugged leaves the sound where the system puts it.
    if (element && "setSinkId" in element) element.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);
  return <audio ref={ref} autoPlay />;
}

/** Browsers play no sound before a gesture: one press starts all of it. */
export function SoundBanner() {
  const { t } = useText();
  const commands = useCommands();
  const blocked = useSelected((state) => state.soundBlocked);
  if (!blocked) return null;
  const unblock = (): void => {
    commands.unblockSound();
    playAll(() => commands.reportSoundBlocked());
  };
  return (
    <div class="banner" role="alert">
      <p>{t("sound.blockedTitle")}</p>
      <Button kind="primary" icon={Volume2} onClick={unblock} testid="unblock-sound">
        {t("sound.unblock")}
      </Button>
    </div>
  );
}
