/** Parts of the program that are loaded when they are wanted. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CircleAlert } from "../icons";
import { Button } from "./basics";

export interface Loaded<P> {
  /** Null until it is there. */
  View: ComponentType<P> | null;
  failed: boolean;
  again(): void;
}

export function useLoaded<P>(load: () => Promise<ComponentType<P>>, wanted = true): Loaded<P> {
  const [part, setPart] = useState<{ View: ComponentType<P> } | "failed" | null>(null);
  const [turn, setTurn] = useState(0);
  const View = part === null || part === "failed" ? null : part.View;
  useEffect(() => {
    if (!wanted || View) return undefined;
    let gone = false;
    load().then((loaded) => { if (!gone) setPart({ View: loaded }); }, () => { if (!gone) setPart("failed"); });
    return () => { gone = true; };
  }, [wanted, turn]);
  const again = (): void => {
    // Chromium doesn't ask again for what it couldn't load, and after an update of the server it isn't there any more: then the whole page is loaded anew.
    if (turn > 0) return location.reload();
    setPart(null);
    return setTurn(1);
  };
  return { View, failed: part === "failed", again };
}

/** In the place of what couldn't be loaded. */
export function LoadFailed({ words, again, onAgain }: { words: string; again: string; onAgain(): void }) {
  return (
    <div class="load-failed note note-problem" role="alert">
      <CircleAlert size={20} />
      <div class="note-body">
        <p>{words}</p>
        <div class="row">
          <Button small onClick={onAgain} testid="load-again">{again}</Button>
        </div>
      </div>
    </div>
  );
}
