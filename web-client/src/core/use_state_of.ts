/** How views read the state: a component draws again only when the value that it selects has changed. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { State } from "./state";
import type { Store } from "./store";

/** `same` is for selections that are made anew each time (objects, arrays). */
export function useStateOf<T>(store: Store, select: (state: State) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const [held, setHeld] = useState(() => ({ value: select(store.get()) }));
  const value = select(store.get());
  const current = same(held.value, value) ? held.value : value;
  held.value = current;
  useLayoutEffect(() => {
    const check = (): void => {
      if (!same(held.value, select(store.get()))) setHeld({ value: select(store.get()) });
    };
    check(); // what changed between drawing and subscribing
    return store.subscribe(check);
  });
  return current;
}
