/** Going to another page of the archive would stop the files that this one sends: who goes is asked first. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Button, Dialog } from "../parts/basics";
import { useWords } from "./context";

/** How many files are on their way. */
export const Sending = createContext<{ current: number }>({ current: 0 });

/** For the part that sends them. */
export function useTellSending(n: number): void {
  const sending = useContext(Sending);
  useEffect(() => {
    sending.current = n;
    return () => { sending.current = 0; };
  }, [n]);
}

export interface Leaving {
  sending: { current: number };
  /** At once, or when the person says so. */
  leave(go: () => void): void;
  asked: { n: number; go(): void } | null;
  stay(): void;
}

export function useLeaving(): Leaving {
  const sending = useRef(0);
  const [asked, setAsked] = useState<Leaving["asked"]>(null);
  const stay = (): void => setAsked(null);
  const leave = (go: () => void): void => {
    const n = sending.current;
    if (n === 0) return go();
    const sure = (): void => {
      stay();
      sending.current = 0;
      go();
    };
    return setAsked({ n, go: sure });
  };
  return { sending, leave, asked, stay };
}

export function LeaveDialog({ leaving: { asked, stay } }: { leaving: Leaving }) {
  const { t } = useWords();
  if (!asked) return null;
  return (
    <Dialog title={t("leave.title")} onClose={stay} testid="leave-dialog">
      <p>{t("leave.text", { n: asked.n })}</p>
      <div class="dialog-actions">
        <Button onClick={stay} autofocus testid="leave-stay">{t("leave.stay")}</Button>
        <Button kind="danger" onClick={asked.go} testid="leave-yes">{t("leave.yes")}</Button>
      </div>
    </Dialog>
  );
}
