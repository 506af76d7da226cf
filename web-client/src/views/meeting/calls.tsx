/** Calls from booths and to them, for hosts: an interpreter has them on the console. They stay until they are answered. */
import { callsFor } from "../../core/calls";
import type { Call, State } from "../../core/state";
import { useCommands, useSelected, useText } from "../context";
import { Phone, PhoneCall } from "../icons";
import { Button } from "../parts/basics";
import { personOf, sameArray } from "../selectors";

const NONE: Call[] = [];

const waiting = (state: State): Call[] => (state.role === "host" ? callsFor(state) : NONE);
const own = (state: State): Call[] => (state.role === "host" ? state.calls.filter(({ from }) => from === state.me) : NONE);

export function Calls() {
  const { t } = useText();
  const commands = useCommands();
  const calls = useSelected(waiting, sameArray);
  const mine = useSelected(own, sameArray);
  const names = useSelected((state) => waiting(state).map(({ from }) => personOf(state, from)?.name ?? ""), sameArray);
  return (
    <div class="calls" role="alert">
      {calls.map(({ id, booth }, at) => (
        <div key={id} class="call call-waits" data-testid="call">
          <PhoneCall size={20} class="rings" />
          <p>
            <bdi>{t("call.from", { name: names[at] ?? "", booth })}</bdi>
          </p>
          <Button small onClick={() => commands.answerCall(id)} testid="call-seen">
            {t("call.seen")}
          </Button>
        </div>
      ))}
      {mine.map(({ id, booth }) => (
        <div key={id} class="call" data-testid="call-own">
          <Phone size={20} />
          <p>{t("call.waiting", { booth })}</p>
          <Button small onClick={() => commands.callBooth(booth, false)} testid="call-withdraw">
            {t("call.withdraw")}
          </Button>
        </div>
      ))}
    </div>
  );
}
