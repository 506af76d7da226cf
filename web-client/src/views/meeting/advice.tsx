/** What concerns how this person speaks: discreet, since it comes while they do. */
import { useSelected, useText } from "../context";
import { AudioLines, Turtle } from "../icons";

export function Advice() {
  return (
    <div class="advice" role="status">
      <SlowDown />
      <OwnSound />
    </div>
  );
}

/** An interpreter asks for it; nobody learns who. */
function SlowDown() {
  const { t } = useText();
  const asked = useSelected((state) => state.slowDownUntil > 0);
  if (!asked) return null;
  return (
    <p class="advice-line" data-testid="slow-down">
      <Turtle size={20} />
      {t("advice.slowDown")}
    </p>
  );
}

/** As an interpreter's page hears this person, with what would help. */
function OwnSound() {
  const { t } = useText();
  const word = useSelected((state) => (state.microphone === "on" ? state.cards.get(state.me ?? "")?.word : undefined));
  if (word === undefined || word === "clear") return null;
  return (
    <p class="advice-line" data-testid="sound-advice">
      <AudioLines size={20} />
      {t(`advice.${word}`)}
    </p>
  );
}
