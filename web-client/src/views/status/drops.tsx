/** What was dropped, by reason. */
import { dropped, type History } from "../../core/status/history";
import { inUnit } from "../../text/status_units";
import { useWords } from "./context";

export function Drops({ history }: { history: History }) {
  const { t, tag, reason } = useWords();
  const rows = dropped(history);
  return (
    <section class="drops" aria-labelledby="drops-title">
      <header class="section-head">
        <h2 id="drops-title">{t("drops.title")}</h2>
        <p class="hint">{rows.length ? t("drops.hint") : t("drops.none")}</p>
      </header>
      {rows.length > 0 && (
        <table class="drops-table">
          <thead>
            <tr>
              <th scope="col">{t("drops.reason")}</th>
              <th scope="col">{t("drops.hour")}</th>
              <th scope="col">{t("drops.total")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, help, hour, total }) => {
              const { words, lang } = reason(name, help);
              return (
                <tr key={name}>
                  <th scope="row">
                    <span lang={lang}>{words}</span> <code>{name}</code>
                  </th>
                  <td class="tabular">{inUnit(tag, "count", hour)}</td>
                  <td class="tabular">{inUnit(tag, "count", total)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
