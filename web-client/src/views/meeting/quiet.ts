import { useEffect, useState } from "preact/hooks";

/** How long controls stay over a picture that fills the page. */
const QUIET_AFTER = 3000;

/** A key user's place on the page must stay in sight. */
function focusIsSeen(): boolean {
  const focused = document.activeElement;
  return focused !== null && focused !== document.body && focused.matches(":focus-visible");
}

/** True when nobody has touched the page for a while: a phone on its side then shows nothing but the picture. */
export function useQuiet(wanted: boolean): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    setQuiet(false);
    if (!wanted) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const hide = (): void => {
      if (focusIsSeen()) wake();
      else setQuiet(true);
    };
    const wake = (): void => {
      clearTimeout(timer);
      timer = setTimeout(hide, QUIET_AFTER);
      setQuiet(false);
    };
    wake();
    const events = ["pointerdown", "pointermove", "keydown", "focusin"] as const;
    for (const event of events) document.addEventListener(event, wake);
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, wake);
    };
  }, [wanted]);
  return quiet;
}
