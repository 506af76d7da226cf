/** A link for each role, copied with one press; an interpreter's says into which languages. */
import { useRef, useState } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Meeting } from "../../core/admin/meeting";
import { type Booth, type Invited, lastsFor } from "../../core/admin/office";
import { languageName } from "../../text/names";
import type { AdminText } from "../../text/admin_text";
import { Check, Copy, Plus, Unlink } from "../icons";
import { Button, copyText, Dialog, IconButton } from "../parts/basics";
import { BoothFields, type BoothWords } from "../parts/booth_fields";
import { failureWords, useOffice, useWords } from "./context";
import { WithdrawLinks } from "./withdraw_links";

const ROLES = ["member", "interpreter", "listener", "host", "secretariat", "viewer"] as const;
type LinkRole = (typeof ROLES)[number];
/** After the meeting only its archive can be entered. */
const AFTER: readonly LinkRole[] = ["viewer"];
const COPIED_MS = 3000;
const BOOTH_WORDS = ["into", "alsoInto", "noOther", "understands", "pivot", "noPivot", "booth", "noChannels"] as const;

interface MadeLink extends Invited {
  role: LinkRole;
  /** Of an interpreter. */
  booth: Booth | null;
  /** Its languages, and its name. */
  label: string;
}

export function Links({ meeting }: { meeting: Meeting }) {
  const words = useWords();
  const { t } = words;
  const office = useOffice();
  const [made, setMade] = useState<readonly MadeLink[]>([]);
  const [copied, setCopied] = useState("");
  const [refused, setRefused] = useState(false);
  const [failure, setFailure] = useState<{ role: LinkRole; failure: Failure } | null>(null);
  const [asks, setAsks] = useState(false);
  const [withdraws, setWithdraws] = useState<LinkRole | null>(null);
  const [withdrawn, setWithdrawn] = useState<LinkRole | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();

  const copy = async ({ url }: { url: string }): Promise<void> => {
    const done = await copyText(url).catch(() => false);
    setRefused(!done);
    setCopied(done ? url : "");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(""), COPIED_MS);
  };
  const lasts = ({ until }: MadeLink): boolean => lastsFor(meeting, until, Date.now() / 1000);
  /** In the place of the known one, when that won't do. */
  const make = async (role: LinkRole, booth: Booth | null, known?: MadeLink): Promise<void> => {
    if (known && lasts(known)) return copy(known);
    const outcome = await office.invite(meeting, role, booth);
    setFailure(outcome.ok ? null : { role, failure: outcome.failure });
    if (!outcome.ok) return;
    setWithdrawn((before) => (before === role ? null : before));
    const fresh = { ...outcome.value, role, booth, label: booth ? boothLabel(words, booth) : "" };
    setMade((before) => (known ? before.map((one) => (one === known ? fresh : one)) : [...before, fresh]));
    await copy(outcome.value);
  };

  return (
    <section class="admin-section" aria-labelledby="links">
      <h2 id="links">{t("links.title")}</h2>
      <p class="hint">{t("links.hint")}</p>
      <ul class="link-rows">
        {(meeting.state === "ended" ? AFTER : ROLES.filter((one) => office.mayInvite(one))).map((role) => (
          <li key={role} class="link-row" data-role={role}>
            <div class="link-words">
              <b>{t(`role.${role}`)}</b>
              <span class="hint">{t(`role.${role}Hint`)}</span>
            </div>
            <div class="link-actions">
              {role === "interpreter" ? (
                <Button small icon={Plus} label={t("links.makeName", { role: t("role.interpreter") })} onClick={() => setAsks(true)} testid="link-interpreter">
                  {t("links.make")}
                </Button>
              ) : (
                <CopyLink role={role} copied={made.some((one) => one.role === role && one.url === copied)} onClick={() => void make(role, null, made.find((one) => one.role === role))} />
              )}
              {office.mayWithdraw(role) && (
                <IconButton icon={Unlink} label={t("links.withdrawName", { role: t(`role.${role}`) })} onClick={() => setWithdraws(role)} testid={`withdraw-${role}`} />
              )}
            </div>
            {made.filter((one) => one.role === role).map((one, i) => (
              <MadeRow key={i} link={one} lasts={lasts(one)} copied={one.url === copied} onCopy={() => void make(role, one.booth, one)} />
            ))}
            {withdrawn === role && (
              <p class="hint link-wide" role="status" data-testid={`withdrawn-${role}`}>
                {t("links.withdrawn")}
              </p>
            )}
            {failure?.role === role && (
              <p class="field-problem link-wide" role="alert">
                {failureWords(words, failure.failure)}
              </p>
            )}
          </li>
        ))}
      </ul>
      {refused && (
        <p class="note note-caution" role="alert">
          {t("links.byHand")}
        </p>
      )}
      <p class="unseen" role="status">
        {copied ? t("links.copied") : ""}
      </p>
      {withdraws && (
        <WithdrawLinks
          meeting={meeting} role={withdraws} name={t(`role.${withdraws}`)} onClose={() => setWithdraws(null)}
          onDone={() => {
            setMade((before) => before.filter((one) => one.role !== withdraws));
            setWithdrawn(withdraws);
            setWithdraws(null);
          }}
        />
      )}
      {asks && (
        <BoothDialog
          meeting={meeting} onClose={() => setAsks(false)}
          onMake={(booth) => {
            setAsks(false);
            void make("interpreter", booth);
          }}
        />
      )}
    </section>
  );
}

function boothLabel({ tag }: AdminText, { languages, booth }: Booth): string {
  return [languages.map((one) => languageName(tag, one)).join(" + "), booth.trim()].filter(Boolean).join(" · ");
}

function CopyLink({ role, copied, onClick }: { role: LinkRole; copied: boolean; onClick(): void }) {
  const { t } = useWords();
  return (
    <Button small icon={copied ? Check : Copy} {...(copied ? {} : { label: t("links.copyName", { role: t(`role.${role}`) }) })} onClick={onClick} testid={`link-${role}`}>
      {t(copied ? "links.copied" : "links.copy")}
    </Button>
  );
}

/** To be seen, and selected by hand where the browser lets no page copy. */
function MadeRow({ link, lasts, copied, onCopy }: { link: MadeLink; lasts: boolean; copied: boolean; onCopy(): void }) {
  const { t, dates } = useWords();
  const until = new Intl.DateTimeFormat(dates, { dateStyle: "medium" }).format(link.until * 1000);
  return (
    <div class="link-wide link-made">
      <input
        type="text" readOnly value={link.url} dir="ltr" aria-label={t("links.field", { role: link.label || t(`role.${link.role}`) })} data-testid={`url-${link.role}`}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p class="hint">
        {link.label && <b>{link.label}</b>} <span>{t(lasts ? "links.until" : "links.tooShort", { date: until })}</span>
      </p>
      {link.role === "interpreter" && (
        <Button small icon={copied ? Check : Copy} {...(copied ? {} : { label: t("links.copyName", { role: link.label }) })} onClick={onCopy}>
          {t(copied ? "links.copied" : "links.copy")}
        </Button>
      )}
    </div>
  );
}

function BoothDialog({ meeting, onMake, onClose }: { meeting: Meeting; onMake(booth: Booth): void; onClose(): void }) {
  const { t, tag } = useWords();
  const { floors, channels } = meeting;
  const [booth, setBooth] = useState<Booth>({ languages: [channels[0] ?? ""], understands: [...floors], pivot: "", booth: "" });
  const words = Object.fromEntries(BOOTH_WORDS.map((key) => [key, t(`booth.${key}`)])) as BoothWords;
  return (
    <Dialog title={t("booth.title")} onClose={onClose} testid="booth-dialog">
      <BoothFields booth={booth} floors={floors} channels={channels} tag={tag} words={words} change={(part) => setBooth({ ...booth, ...part })} />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button kind="primary" disabled={booth.languages[0] === ""} onClick={() => onMake(booth)} testid="make-booth-link">
          {t("booth.make")}
        </Button>
      </div>
    </Dialog>
  );
}
