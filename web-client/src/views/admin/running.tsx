/** A meeting that goes on: who is there, its recording, its end. */
import { useState } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Meeting } from "../../core/admin/meeting";
import { CirclePause, CircleStop, Disc, Power } from "../icons";
import { Button, Dialog } from "../parts/basics";
import { failureWords, useOffice, useWords } from "./context";

export function Running({ meeting }: { meeting: Meeting }) {
  const words = useWords();
  const { t } = words;
  const office = useOffice();
  const [ends, setEnds] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { recording, people, name } = meeting;
  const act = async (does: () => Promise<{ ok: true } | { ok: false; failure: Failure }>): Promise<void> => {
    setBusy(true);
    const outcome = await does();
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
  };
  const record = (next: "recording" | "paused" | "ended"): void => void act(() => office.record(name, recording, next));
  return (
    <section class="admin-section admin-now" aria-labelledby="now">
      <h2 id="now">{t("now.title")}</h2>
      <p role="status" data-testid="now-words">
        {people > 0 ? t("list.people", { n: people }) : t("now.nobody")}{" "}
        <b class={recording === "recording" ? "admin-recording" : ""}>{t(recording === "off" ? "now.notRecording" : recording === "paused" ? "now.paused" : "now.recording")}</b>
      </p>
      <div class="row">
        {recording === "off" ? people > 0 && (
          <Button icon={Disc} resting={busy} onClick={() => record("recording")} testid="record">
            {t("now.record")}
          </Button>
        ) : (
          <>
            {recording === "recording" ? (
              <Button icon={CirclePause} resting={busy} onClick={() => record("paused")} testid="record-pause">
                {t("now.pause")}
              </Button>
            ) : (
              <Button icon={Disc} resting={busy} onClick={() => record("recording")} testid="record">
                {t("now.resume")}
              </Button>
            )}
            <Button icon={CircleStop} resting={busy} onClick={() => record("ended")} testid="record-stop">
              {t("now.stop")}
            </Button>
          </>
        )}
        <Button icon={Power} disabled={busy} onClick={() => setEnds(true)} testid="end">
          {t("now.end")}
        </Button>
      </div>
      {failure && (
        <p class="field-problem" role="alert">
          {failureWords(words, failure)}
        </p>
      )}
      {ends && (
        <Dialog title={t("now.endTitle")} onClose={() => setEnds(false)} testid="end-dialog">
          <p>{t("now.endText")}</p>
          <div class="dialog-actions">
            <Button onClick={() => setEnds(false)} autofocus>
              {t("app.cancel")}
            </Button>
            <Button
              kind="danger" testid="end-yes"
              onClick={() => {
                setEnds(false);
                void act(() => office.end(name));
              }}
            >
              {t("now.endConfirm")}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
