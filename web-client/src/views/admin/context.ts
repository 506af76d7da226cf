/** What every part of the secretariat's page may reach: its words, the office, and the question before unsaved work is left. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Failure } from "../../core/admin/api";
import type { Office } from "../../core/admin/office";
import { adminText, type AdminText } from "../../text/admin_text";

export const Words = createContext<AdminText>(adminText("en"));
export const useWords = (): AdminText => useContext(Words);

export const OfficeOf = createContext<Office | null>(null);
export function useOffice(): Office {
  const office = useContext(OfficeOf);
  if (!office) throw new Error("a view outside <AdminPage>");
  return office;
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Why something didn't go, and what to do next. */
export function failureWords({ t }: AdminText, failure: Failure): string {
  if (failure.why !== "refused") return t(`problem.${failure.why}`);
  return t("problem.server", { message: failure.field ? `${failure.field}: ${failure.message}` : failure.message });
}
