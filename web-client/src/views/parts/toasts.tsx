import { useCommands, useSelected, useText } from "../context";
import { CircleAlert, Info, X } from "../icons";
import { IconButton } from "./basics";

/** What happened a moment ago. The region is always there, or screen readers wouldn't hear its first message. */
export function Toasts() {
  const { t, say } = useText();
  const commands = useCommands();
  const toasts = useSelected((state) => state.toasts);
  return (
    <div class="toasts" role="status" aria-label={t("app.messages")}>
      {toasts.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.kind}`}>
          {toast.kind === "problem" ? <CircleAlert size={20} /> : <Info size={20} />}
          <p>{say(toast.words)}</p>
          <IconButton icon={X} label={t("app.dismiss")} onClick={() => commands.dismissToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
