/** Hosts and secretariat: an invitation link, for interpreters with the booth that it leads to. */
import { useState } from "preact/hooks";
import type { Invitation } from "../../core/commands";
import { sameTag } from "../../core/languages";
import type { Role } from "../../core/state";
import { languageChoice } from "../../text/names";
import { useCommands, useSelected, useText } from "../context";
import { Button, CopyButton, Dialog } from "../parts/basics";

const INVITED: readonly Role[] = ["member", "listener", "interpreter", "secretariat", "host"];

type Booth = NonNullable<Invitation["booth"]>;

export function LinkDialog({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const commands = useCommands();
  const issued = useSelected((state) => state.issuedLink);
  const channels = useSelected((state) => state.languages.channels);
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
          {interprets && <BoothFields booth={booth} change={(part) => setBooth({ ...booth, ...part })} />}
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

function BoothFields({ booth, change }: { booth: Booth; change(part: Partial<Booth>): void }) {
  const { t, tag } = useText();
  const { floors, channels } = useSelected((state) => state.languages);
  const tags = channels.map(({ language }) => language);
  const known = [...floors, ...tags].filter((one, at, all) => all.findIndex((other) => sameTag(one, other)) === at);
  const [first = "", second = ""] = booth.languages;
  const options = (without: string) => tags.filter((one) => one !== without).map((one) => (
    <option key={one} value={one}>
      {languageChoice(tag, one).label}
    </option>
  ));
  const toggle = (language: string, on: boolean): void =>
    change({ understands: on ? [...booth.understands, language] : booth.understands.filter((one) => one !== language) });
  if (tags.length === 0) return <p role="alert">{t("link.noChannels")}</p>;
  return (
    <>
      <label class="field">
        <span class="field-label">{t("link.into")}</span>
        <select value={first} data-testid="link-language-a" onChange={(event) => change({ languages: [event.currentTarget.value] })}>
          {options("")}
        </select>
      </label>
      <label class="field">
        <span class="field-label">{t("link.alsoInto")}</span>
        <select
          value={second} data-testid="link-language-b"
          onChange={(event) => change({ languages: event.currentTarget.value === "" ? [first] : [first, event.currentTarget.value] })}
        >
          <option value="">{t("link.noOther")}</option>
          {options(first)}
        </select>
      </label>
      <fieldset class="field">
        <legend class="field-label">{t("link.understands")}</legend>
        {known.map((language) => (
          <label key={language} class="check">
            <input type="checkbox" checked={booth.understands.includes(language)} onChange={(event) => toggle(language, event.currentTarget.checked)} />
            {languageChoice(tag, language).label}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="field-label">{t("link.pivot")}</span>
        <select value={booth.pivot} onChange={(event) => change({ pivot: event.currentTarget.value })}>
          <option value="">{t("link.noPivot")}</option>
          {options("")}
        </select>
      </label>
      <label class="field">
        <span class="field-label">{t("link.booth")}</span>
        <input type="text" maxLength={80} value={booth.booth} onInput={(event) => change({ booth: event.currentTarget.value })} />
      </label>
    </>
  );
}
