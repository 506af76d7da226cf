/** The operator's page: asks the server and draws what it says. */
import { render } from "preact";
import { StatusPage } from "./views/status/page";

const root = document.getElementById("app");
if (root) render(<StatusPage />, root);
