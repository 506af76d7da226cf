/**
 * For developers and tests: minutes as the archive's page holds them, at /preview_minutes.html?lang=TAG&theme=light|dark, with
 * …#token=TOKEN&edit=minutes their editor. It asks the API of the meeting "demo". Not part of the product's bundle.
 */
import "../../styles/tokens.css";
import "../../styles/base.css";
import type { ComponentType } from "preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readFragment } from "../../core/archive/places";
import { loadMinutesEditor, type Minutes, type MinutesEditorProps, readMinutes } from "../minutes";
import { MinutesView } from "../minutes/view";

const ATTACHMENTS = [
  { id: 1, name: "slides.pdf", url: "/api/archive/demo/attachments/1" },
  { id: 2, name: "Photo of the garden, with a rather long name so that it wraps.jpeg", url: "/api/archive/demo/attachments/2" },
];

function Preview({ tag }: { tag: string }) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const [wanted, setWanted] = useState(() => readFragment(location.hash).edit);
  const [Editor, setEditor] = useState<ComponentType<MinutesEditorProps> | null>(null);
  const [minutes, setMinutes] = useState<Minutes | null>(null);
  useEffect(() => {
    if (wanted !== null) void loadMinutesEditor().then((loaded) => setEditor(() => loaded));
  }, [wanted]);
  useEffect(() => {
    if (wanted !== null) return;
    const headers: HeadersInit = token ? { Authorization: `Bearer ${token}` } : {};
    void fetch(`/api/archive/demo/minutes/${new URLSearchParams(location.search).get("read") ?? "en"}`, { headers })
      .then((response) => (response.ok ? response.json() : null))
      .then((answer) => setMinutes(answer ? readMinutes(answer, "") : null));
  }, [wanted, token]);
  return (
    <main style={{ padding: 16 }}>
      <h1 class={wanted === null ? "" : "unseen"}>Sharing meeting</h1>
      {wanted !== null && Editor && (
        <Editor meeting="demo" token={token} tag={tag} language={wanted || "en"} languages={["en"]} attachments={ATTACHMENTS} onClose={() => setWanted(null)} />
      )}
      {wanted === null && minutes && <MinutesView {...minutes} level={2} attachments={ATTACHMENTS} link={`${location.origin}/archive/demo`} />}
    </main>
  );
}

const search = new URLSearchParams(location.search);
const tag = search.get("lang") ?? "en";
document.documentElement.lang = tag;
document.documentElement.dataset["theme"] = search.get("theme") ?? "light";
const root = document.getElementById("app");
if (root) render(<Preview tag={tag} />, root);
