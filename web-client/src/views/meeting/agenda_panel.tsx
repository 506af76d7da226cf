/** What was planned, what runs, and what has been; hosts and secretariat go from part to part. */
import type { AgendaPart } from "../../core/state";
import { clockTime } from "../../text/times";
import { leadsAgenda, nextPart } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { Play } from "../icons";
import { AgendaWords } from "../parts/agenda";
import { Button } from "../parts/basics";
import { Panel } from "./panel";

export function AgendaPanel() {
  const { t } = useText();
  const agenda = useSelected((state) => state.agenda);
  const part = useSelected((state) => state.part);
  const leads = useSelected(leadsAgenda);
  return (
    <Panel title={t("agenda.title")}>
      <div class="panel-scroll" tabIndex={0} role="region" aria-label={t("agenda.title")}>
        {agenda.length === 0 && <p class="panel-note">{t("agenda.empty")}</p>}
        <ol class="agenda">
          {agenda.map((one) => (
            <Row key={one.number} part={one} runs={one.number === part} leads={leads} />
          ))}
        </ol>
      </div>
      {leads && <Lead />}
    </Panel>
  );
}

function Row({ part, runs, leads }: { part: AgendaPart; runs: boolean; leads: boolean }) {
  const { t, dates } = useText();
  const commands = useCommands();
  return (
    <li class={runs ? "agenda-part agenda-runs" : "agenda-part"} aria-current={runs ? "step" : undefined}>
      <AgendaWords part={part} />
      <p class="agenda-state">
        {runs && <strong>{t("agenda.runs")}</strong>}
        {part.started !== null && (
          <span>
            {t("agenda.started", { time: clockTime(dates, part.started) })}
          </span>
        )}
      </p>
      {leads && !runs && (
        <Button small label={t(part.started === null ? "agenda.startName" : "agenda.againName", { n: part.number })} onClick={() => commands.startPart(part.number)} testid={`start-part-${part.number}`}>
          {t(part.started === null ? "agenda.start" : "agenda.again")}
        </Button>
      )}
    </li>
  );
}

/** The one thing that is pressed again and again: on to the next part. */
function Lead() {
  const { t } = useText();
  const commands = useCommands();
  const next = useSelected(nextPart);
  const runs = useSelected((state) => state.part !== 0);
  if (!next && !runs) return null;
  return (
    <div class="agenda-lead">
      {next && (
        <Button kind="primary" wide icon={Play} onClick={() => commands.startPart(next.number)} testid="next-part">
          {t("agenda.next", { n: next.number, subject: next.subject || next.sharer })}
        </Button>
      )}
      {runs && (
        <Button wide kind={next ? "quiet" : "plain"} onClick={() => commands.startPart(0)} testid="end-part">
          {t("agenda.end")}
        </Button>
      )}
    </div>
  );
}
