/** The meeting's files, at its side: loaded when they are wanted. */
import "../../styles/files.css";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Commands } from "../../core/commands";
import { FilesBoard } from "../../core/files/board";
import { filesText } from "../../text/files_text";
import { useCommands, useSelected, useText } from "../context";
import { Panel } from "../meeting/panel";
import { failureWords, Words } from "./context";
import { AttachmentList } from "./list";
import { UploadBox } from "./upload_box";

/** What is being sent goes on while the panel is closed. */
let board: FilesBoard | null = null;

function boardFor(commands: Commands): FilesBoard {
  if (board) return board;
  const made: FilesBoard = new FilesBoard(
    () => commands.entrance() ?? { meeting: "", token: null, participant: null },
    (sending) => commands.filesSending(sending, () => made.stop()),
  );
  return (board = made);
}

export default function FilesPanel() {
  const { tag } = useText();
  const commands = useCommands();
  const words = useMemo(() => filesText(tag), [tag]);
  const files = boardFor(commands);
  const [{ attachments, uploads, failure, own }, setState] = useState(files.now);
  useEffect(() => files.open(setState), [files]);
  const agenda = useSelected((state) => state.agenda);
  const part = useSelected((state) => state.part);
  const mayAdd = useSelected((state) => state.may.has("screen"));
  const editor = useSelected((state) => state.may.has("edit"));
  return (
    <Words.Provider value={words}>
      <Panel title={words.t("files.title")}>
        <div class="panel-scroll files-panel" tabIndex={0} role="region" aria-label={words.t("files.title")}>
          {failure && <p class="field-problem" role="alert">{failureWords(words, failure)}</p>}
          {attachments === null && !failure && <p class="hint" role="status">{words.t("files.loading")}</p>}
          {attachments?.length === 0 && <p class="hint">{words.t("files.none")}</p>}
          {attachments && <AttachmentList attachments={attachments} mayRemove={({ id }) => editor || own.has(id)} remove={({ id }) => files.remove(id)} />}
        </div>
        {mayAdd && (
          <div class="files-adding">
            <UploadBox
              uploads={uploads} agenda={agenda} part={part} inMeeting onAdd={(added, to) => files.add(added, to)} onDrop={(key) => files.drop(key)}
              onAgain={(key) => files.again(key)}
            />
          </div>
        )}
      </Panel>
    </Words.Provider>
  );
}
