/** The archive: finds meetings of the past, and plays them in each language. */
import { render } from "preact";
import { ArchivePage } from "./views/archive/page";

const root = document.getElementById("app");
if (root) render(<ArchivePage />, root);
