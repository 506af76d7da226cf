import { useEffect, useRef } from "preact/hooks";

const isNowhere = (): boolean => document.activeElement === document.body || document.activeElement?.localName === "main";

/** Reachable by the program alone, not by Tab. */
function focus(element: HTMLElement): void {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** The field that a page is there for, else what it is about. */
function goal(): HTMLElement | null {
  return document.querySelector<HTMLElement>("main [autofocus]") ?? document.querySelector<HTMLElement>("main h1");
}

/**
 * Whoever goes to another page within this one is at its heading, as after loading it: else the focus would be nowhere, or at what is
 * still there of the page before. A heading that isn't drawn yet is waited for, unless the person goes elsewhere meanwhile.
 */
export function useArrival(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (page === before.current) return undefined;
    before.current = page;
    const main = document.querySelector("main");
    const there = goal() ?? main;
    if (there) focus(there);
    if (there !== main) return undefined;
    const drawn = new MutationObserver(() => {
      const now = isNowhere() ? goal() : null;
      if (now) focus(now);
      if (now || !isNowhere()) drawn.disconnect();
    });
    drawn.observe(document.body, { childList: true, subtree: true });
    return () => drawn.disconnect();
  }, [page]);
}
