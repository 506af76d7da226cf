import type { RefObject } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { gains, groupOf } from "../../core/sound/hearing";
import type { Sound as SoundSlot } from "../../core/state";
import { play, playAll, useStream } from "../media";
import { useCommands, useSelected, useText } from "../context";
import { Volume2 } from "../icons";
import { Button } from "./basics";

/** One element for each voice that the relay sends; nothing to see. */
export function Sounds() {
  const sounds = useSelected((state) => state.sounds);
  const speaker = useSelected((state) => state.devices.speaker);
  const out = useSelected((state) => state.soundOut);
  return (
    <div hidden>
      {out && <Out key={out.id} stream={out} speaker={speaker} />}
      {sounds.map((sound) => (
        <Sound key={sound.stream.id} sound={sound} speaker={speaker} />
      ))}
    </div>
  );
}

/** Muted while the graph plays (core/sound/mixer.ts); else as loud as its gain would make it, but where the browser keeps volumes to itself. */
function Sound({ sound, speaker }: { sound: SoundSlot; speaker: string }) {
  const commands = useCommands();
  const ref = useStream<HTMLAudioElement>(sound.stream);
  const volume = useSelected((state) => gains(state)[groupOf(sound.of)]);
  const muted = useSelected((state) => state.soundGraph) || volume === 0;
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    element.volume = volume;
    element.muted = muted;
    // What plays without a gesture since it is muted may be stopped when it isn't any more.
    if (element.srcObject) play(element, () => commands.reportSoundBlocked());
  }, [muted, volume]);
  useSpeaker(ref, speaker);
  return <audio ref={ref} autoPlay />;
}

/** All that the graph plays, where it can't lead it to the chosen speaker by itself. */
function Out({ stream, speaker }: { stream: MediaStream; speaker: string }) {
  const ref = useStream<HTMLAudioElement>(stream);
  useSpeaker(ref, speaker);
  return <audio ref={ref} autoPlay data-testid="sound-out" />;
}

function useSpeaker(ref: RefObject<HTMLAudioElement>, speaker: string): void {
  useEffect(() => {
    const element = ref.current;
    // Not in Safari; a speaker that was unplugged leaves the sound where the system puts it.
    if (element && "setSinkId" in element) element.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);
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
