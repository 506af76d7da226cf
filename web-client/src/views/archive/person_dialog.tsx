/** Takes out what a person contributed: what goes and what can't is said before, what went afterwards. */
import { useState } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Archive, Removed } from "../../core/archive/answer";
import { contributorsOf, type Manager } from "../../core/archive/manage";
import { Check, UserX } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { useWords } from "./context";
import { manageFailure } from "./manage";

interface PersonDialogProps {
  archive: Archive | null;
  manager: Manager;
  onRemoved(): void;
  onClose(): void;
}

type Doing = { at: "asking" | "removing" } | { at: "failed"; failure: Failure } | { at: "done"; name: string; removed: Removed };

export function PersonDialog({ archive, manager, onRemoved, onClose }: PersonDialogProps) {
  const words = useWords();
  const { t } = words;
  // The archive goes while it is made again; who was in it is still shown here.
  const [people] = useState(() => (archive ? contributorsOf(archive) : []));
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
      {people.length === 0 && <p>{t("person.nobody")}</p>}
      {people.length > 0 && (
        <>
          <label class="field">
            <span class="field-label">{t("person.who")}</span>
            <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)} data-testid="person">
              <option value="">{t("person.choose")}</option>
              {people.map(({ id, name, organisation }) => <option key={id} value={id}>{organisation ? `${name} · ${organisation}` : name}</option>)}
            </select>
          </label>
          <p>{t("person.goes")}</p>
          <p>{t("person.stays")}</p>
        </>
      )}
      {doing.at === "failed" && <p class="field-problem" role="alert">{manageFailure(words, doing.failure)}</p>}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        {people.length > 0 && (
          <Button kind="danger" icon={UserX} disabled={!person || doing.at === "removing"} onClick={() => void yes()} testid="person-yes">{t("person.yes")}</Button>
        )}
      </div>
    </Dialog>
  );
}

function Done({ name, removed: { removed, kept, remade }, onClose }: { name: string; removed: Removed; onClose(): void }) {
  const { t } = useWords();
  return (
    <Dialog title={t("person.doneTitle")} onClose={onClose} testid="person-done">
      <p role="status"><Check size={16} /> {t("person.done", { name })}</p>
      <ul class="person-removed">
        <li>{t("person.chat", { n: removed.chat })}</li>
        <li>{t("person.attachments", { n: removed.attachments })}</li>
        <li>{t("person.tracks", { n: removed.tracks })}</li>
      </ul>
      {kept.length > 0 && <p>{t("person.kept")}</p>}
      {remade > 0 && <p>{t("person.remade", { n: remade })}</p>}
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose} autofocus>{t("app.close")}</Button>
      </div>
    </Dialog>
  );
}
