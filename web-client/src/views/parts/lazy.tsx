/** A part of the program that is loaded when it is wanted. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Null until it is there; what can't be loaded stays away, as if the server had given none. */
export function useLoaded<P>(load: () => Promise<ComponentType<P>>, wanted = true): ComponentType<P> | null {
  const [part, setPart] = useState<{ view: ComponentType<P> } | null>(null);
  useEffect(() => {
    if (!wanted || part) return undefined;
    let gone = false;
    load().then((view) => { if (!gone) setPart({ view }); }, () => undefined);
    return () => { gone = true; };
  }, [wanted]);
  return part?.view ?? null;
}
