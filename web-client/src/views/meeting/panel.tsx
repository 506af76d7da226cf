import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useCommands, useText } from "../context";
import { X } from "../icons";
import { IconButton } from "../parts/basics";

interface PanelProps {
  title: string;
  children: ComponentChildren;
  /** Another place in the panel takes the focus itself. */
  ownFocus?: boolean;
}

/** People or chat, at the side; on a phone over the pictures, while the controls stay in reach below. */
export function Panel({ title, children, ownFocus }: PanelProps) {
  const { t } = useText();
  const commands = useCommands();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    if (!ownFocus) heading.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside class="panel" aria-label={title}>
      <header class="panel-top">
        <h2 class="panel-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton icon={X} label={t("app.close")} onClick={() => commands.setPanel("none")} testid="close-panel" />
      </header>
      {children}
    </aside>
  );
}
