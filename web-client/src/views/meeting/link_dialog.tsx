/** Hosts and secretariat: an invitation link, for interpreters with the booth that it leads to. */
import { useState } from "preact/hooks";
import type { Invitation } from "../../core/commands";
import type { Role } from "../../core/state";
import { useCommands, useSelected, useText } from "../context";
import { Button, CopyButton, Dialog } from "../parts/basics";
import { BoothFields, type BoothWords } from "../parts/booth_fields";

const INVITED: readonly Role[] = ["member", "listener", "interpreter", "secretariat", "host"];

type Booth = NonNullable<Invitation["booth"]>;

const BOOTH_WORDS = ["into", "alsoInto", "noOther", "understands", "pivot", "noPivot", "booth", "noChannels"] as const;

export function LinkDialog({ onClose }: { onClose(): void }) {
  const { t, tag } = useText();
  const commands = useCommands();
  const issued = useSelected((state) => state.issuedLink);
  const floors = useSelected((state) => state.languages.floors);
  const channels = useSelected((state) => state.languages.channels);
  const words = Object.fromEntries(BOOTH_WORDS.map((key) => [key, t(`link.${key}`)])) as BoothWords;
  const [role, setRole] = useState<Role>("member");
  const [replace, setReplace] = useState(false);
  const [booth, setBooth] = useState<Booth>({ languages: [channels[0]?.language ?? ""], understands: [], pivot: "", booth: "" });
  const interprets = role === "interpreter";
  const ready = !interprets || booth.languages[0] !== "";
  const close = (): void => {
    if (issued) commands.dismissIssuedLink();
    onClose();
  };
  return (
    <Dialog title={t("link.title")} onClose={close} testid="link-dialog">
      {issued ? (
        <div class="field">
          <label class="field-label" for="issued-link">
            {t("link.ready", { role: t(`role.${issued.role}`) })}
          </label>
          <input id="issued-link" type="text" readOnly value={issued.url} dir="ltr" onFocus={(event) => event.currentTarget.select()} />
        </div>
      ) : (
        <>
          <label class="field">
            <span class="field-label">{t("link.role")}</span>
            <select value={role} onChange={(event) => setRole(event.currentTarget.value as Role)} data-testid="link-role">
              {INVITED.map((invited) => (
                <option key={invited} value={invited}>
                  {t(`role.${invited}`)}
                </option>
              ))}
            </select>
          </label>
          {interprets && <BoothFields booth={booth} floors={floors} channels={channels.map(({ language }) => language)} tag={tag} words={words} change={(part) => setBooth({ ...booth, ...part })} />}
          {role !== "host" && (
            <label class="check">
              <input type="checkbox" checked={replace} onChange={(event) => setReplace(event.currentTarget.checked)} data-testid="link-replace" />
              {t("link.replace")}
            </label>
          )}
        </>
      )}
      <div class="dialog-actions">
        <Button onClick={close}>{t(issued ? "app.close" : "app.cancel")}</Button>
        {issued ? (
          <CopyButton text={issued.url}>{t("app.copy")}</CopyButton>
        ) : (
          <Button
            kind="primary" disabled={!ready} testid="make-link"
            onClick={() => commands.makeLink({ role, replace: replace && role !== "host", ...(interprets ? { booth } : {}) })}
          >
            {t("link.make")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
