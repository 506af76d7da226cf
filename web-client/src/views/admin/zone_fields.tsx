/** The meeting's zone, found by a city, and what time it is then where its people live. */
import { useId, useMemo, useState } from "preact/hooks";
import { writtenZone } from "../../core/admin/form";
import { findZone, isZone, knownZones, offsetName, placeOf, wallOf } from "../../core/admin/zones";
import { firstZones, readZones, writeZones } from "../../core/admin/remembered";
import { Plus, X } from "../icons";
import { Button, IconButton } from "../parts/basics";
import { useNow } from "../parts/hooks";
import { ownZone, useWords } from "./context";
import { Field } from "./plan_form";

const NIGHT_ENDS = 7;
const NIGHT_BEGINS = 22;

function ZoneList({ id }: { id: string }) {
  const all = useMemo(knownZones, []);
  return (
    <datalist id={id}>
      {all.map((zone) => (
        <option key={zone} value={zone.replace(/_/g, " ")} />
      ))}
    </datalist>
  );
}

interface ZoneProps {
  zone: string;
  /** What stands in the field as long as it is no zone; null: the zone. */
  written: string | null;
  wrong: string;
  onChange(change: ReturnType<typeof writtenZone>): void;
}

/** Written until it is a zone; what is none is said when one leaves the field, and keeps the plan from being saved. */
export function ZoneField({ zone, written, wrong, onChange }: ZoneProps) {
  const { t, dates } = useWords();
  const id = useId();
  const [left, setLeft] = useState(false);
  const now = useNow(true);
  const take = (): void => {
    if (written === null) return;
    onChange(writtenZone(written));
    setLeft(true);
  };
  const there = isZone(zone)
    ? t("form.zoneNow", {
      zone: placeOf(zone), offset: offsetName(now / 1000, zone),
      time: new Intl.DateTimeFormat(dates, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now),
    })
    : "";
  const unknown = wrong || (left && written !== null ? t("problem.zoneUnknown") : "");
  return (
    <Field field="zone" label={t("form.zone")} className="field-zone" hint={unknown ? "" : there} wrong={unknown}>
      {(attributes) => (
        <>
          <input
            {...attributes} type="text" list={id} autocomplete="off" spellcheck={false} placeholder={t("form.zoneHint")} data-testid="zone"
            value={written ?? zone.replace(/_/g, " ")} onFocus={(event) => event.currentTarget.select()}
            onInput={(event) => {
              const { value } = event.currentTarget;
              const chosen = knownZones().find((one) => one.replace(/_/g, " ") === value); // in the list
              onChange(chosen ? { zone: chosen, zoneText: null } : { zoneText: value });
              setLeft(false);
            }}
            onBlur={take}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || written === null || event.isComposing) return;
              event.preventDefault();
              take();
            }}
          />
          <ZoneList id={id} />
        </>
      )}
    </Field>
  );
}

/** Live, as the date and the time are chosen. */
export function ZoneTimes({ at, meetings }: { at: number; meetings: readonly { zone: string }[] }) {
  const { t, dates } = useWords();
  const id = useId();
  const [zones, setZones] = useState(() => readZones() ?? firstZones(ownZone(), meetings));
  const [written, setWritten] = useState("");
  const [unknown, setUnknown] = useState(false);
  const keep = (next: string[]): void => {
    setZones(next);
    writeZones(next);
  };
  const add = (): void => {
    const found = findZone(written, knownZones());
    setUnknown(found === null);
    if (found === null) return;
    if (!zones.includes(found)) keep([...zones, found]);
    setWritten("");
  };
  return (
    <section class="zone-times field-wide" aria-label={t("zones.title")}>
      <h3 class="field-label">{t("zones.title")}</h3>
      <ul>
        {zones.map((zone) => (
          <ZoneRow key={zone} zone={zone} at={at} dates={dates} onRemove={() => keep(zones.filter((one) => one !== zone))} />
        ))}
      </ul>
      <div class="language-add">
        <input
          type="text" list={id} value={written} aria-label={t("zones.add")} placeholder={t("zones.add")} autocomplete="off" spellcheck={false} data-testid="add-zone"
          aria-invalid={unknown} aria-describedby={unknown ? `${id}-problem` : undefined}
          onInput={(event) => {
            setWritten(event.currentTarget.value);
            setUnknown(false);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            add();
          }}
        />
        <ZoneList id={id} />
        <Button icon={Plus} onClick={add} label={t("zones.add")} testid="add-zone-button">
          {t("zones.addButton")}
        </Button>
        {unknown && (
          <p class="field-problem" id={`${id}-problem`} role="alert">
            {t("problem.zoneUnknown")}
          </p>
        )}
      </div>
      <p class="hint">{t("zones.hint")}</p>
    </section>
  );
}

function ZoneRow({ zone, at, dates, onRemove }: { zone: string; at: number; dates: string; onRemove(): void }) {
  const { t } = useWords();
  const wall = wallOf(at, zone);
  const hour = Number(wall.time.slice(0, 2));
  const night = hour < NIGHT_ENDS || hour >= NIGHT_BEGINS;
  const day = new Intl.DateTimeFormat(dates, { timeZone: zone, weekday: "short", day: "numeric", month: "short" }).format(at * 1000);
  return (
    <li class="zone-row" data-zone={zone}>
      <span class="zone-place">
        {placeOf(zone)} <span class="hint">{offsetName(at, zone)}</span>
      </span>
      <span class="zone-time tabular">
        {day} <b>{wall.time}</b>
        {night && <span class="zone-night"> {t("zones.night")}</span>}
      </span>
      <IconButton icon={X} label={t("zones.remove", { zone: placeOf(zone) })} onClick={onRemove} />
    </li>
  );
}
