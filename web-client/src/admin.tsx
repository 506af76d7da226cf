/** The secretariat's page: plans meetings, gives out their links, and looks after those that go on. */
import { render } from "preact";
import { AdminPage } from "./views/admin/page";

const root = document.getElementById("app");
if (root) render(<AdminPage />, root);
