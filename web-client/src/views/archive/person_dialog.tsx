/** Takes out what a person contributed: what goes and what can't is said before, what went, and what is still going, afterwards. */
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Archive, Recording, Removed } from "../../core/archive/answer";
import type { Manager } from "../../core/archive/manage";
import { type Contributor, labelOf } from "../../core/archive/people";
import { Check, Clock, UserX } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { useWords } from "./context";
import { manageFailure } from "./manage";
import { Loading } from "./parts";

interface PersonDialogProps {
  recordings: readonly Recording[];
  archive: Archive | null;
  manager: Manager;
  onRemoved(): void;
  onClose(): void;
}

type Doing = { at: "asking" | "removing" } | { at: "failed"; failure: Failure } | { at: "done"; name: string; removed: Removed };

/** Asked for once: recordings go while they are made again; who was in them is still shown here. */
function usePeople({ recordings, archive, manager }: PersonDialogProps): { people: readonly Contributor[]; isWhole: boolean } | null {
  const [list, setList] = useState<{ people: readonly Contributor[]; isWhole: boolean } | null>(null);
  useEffect(() => {
    let gone = false;
    void manager.people(recordings, archive).then((found) => !gone && setList(found));
    return () => { gone = true; };
  }, []);
  return list;
}

export function PersonDialog(props: PersonDialogProps) {
  const { manager, onRemoved, onClose } = props;
  const words = useWords();
  const { t } = words;
  const list = usePeople(props);
  const people = list?.people ?? [];
  const [chosen, setChosen] = useState("");
  const [doing, setDoing] = useState<Doing>({ at: "asking" });
  const person = people.find(({ id }) => id === chosen);
  const yes = async (): Promise<void> => {
    if (!person) return;
    setDoing({ at: "removing" });
    const outcome = await manager.removePerson(person.id);
    setDoing(outcome.ok ? { at: "done", name: person.name, removed: outcome.value } : { at: "failed", failure: outcome.failure });
    if (outcome.ok) onRemoved();
  };
  if (doing.at === "done") return <Done name={doing.name} removed={doing.removed} onClose={onClose} />;
  return (
    <Dialog title={t("person.title")} onClose={onClose} testid="person-dialog">
      {!list && <Loading />}
      {list && people.length === 0 && <p>{t("person.nobody")}</p>}
      {people.length > 0 && <Choice people={people} isWhole={list?.isWhole ?? true} chosen={chosen} onChoose={setChosen} />}
      {doing.at === "failed" && <p class="field-problem" role="alert">{manageFailure(words, doing.failure)}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        {people.length > 0 && (
          <Button kind="danger" icon={UserX} resting={!person || doing.at === "removing"} onClick={() => void yes()} testid="person-yes">{t("person.yes")}</Button>
        )}
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  people: readonly Contributor[];
  isWhole: boolean;
  chosen: string;
  onChoose(id: string): void;
}

function Choice({ people, isWhole, chosen, onChoose }: ChoiceProps) {
  const { t } = useWords();
  const labels = people.map((one) => ({ id: one.id, label: labelOf(one, people) }));
  const names = new Set(people.map(({ name }) => name));
  return (
    <>
      <label class="field">
        <span class="field-label">{t("person.who")}</span>
        <select value={chosen} onChange={(event) => onChoose(event.currentTarget.value)} data-testid="person">
          <option value="">{t("person.choose")}</option>
          {labels.map(({ id, label }) => <option key={id} value={id}>{label}</option>)}
        </select>
        {names.size < people.length && <span class="hint">{t("person.several")}</span>}
      </label>
      {!isWhole && <p class="note note-caution" data-testid="person-partly">{t("person.partly")}</p>}
      <p>{t("person.goes")}</p>
      <p>{t("person.meanwhile")}</p>
      <p>{t("person.stays")}</p>
    </>
  );
}

/** Of "voice" and "picture": which of them, as the texts tell them apart. */
function whatOf(parts: readonly string[]): "voice" | "picture" | "both" {
  if (parts.includes("voice") && parts.includes("picture")) return "both";
  return parts.includes("picture") ? "picture" : "voice";
}

function Done({ name, removed: { removed, removing, kept, remade }, onClose }: { name: string; removed: Removed; onClose(): void }) {
  const { t } = useWords();
  return (
    <Dialog title={t(removing.length > 0 ? "person.doing" : "person.doneTitle")} onClose={onClose} testid="person-done">
      <p role="status"><Check size={16} /> {t("person.done", { name })}</p>
      <ul class="person-removed">
        <li>{t("person.chat", { n: removed.chat })}</li>
        <li>{t("person.attachments", { n: removed.attachments })}</li>
        <li>{t("person.tracks", { n: removed.tracks })}</li>
      </ul>
      {removing.length > 0 && <p data-testid="person-removing"><Clock size={16} /> {t("person.removing", { what: whatOf(removing) })}</p>}
      {kept.length > 0 && <p data-testid="person-kept">{t("person.kept", { what: whatOf(kept) })}</p>}
      {remade > 0 && <p>{t("person.remade", { n: remade })}</p>}
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose} autofocus>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}
