/** Makes the controller and draws the views on it. */
import { render } from "preact";
import { createController } from "./core/controller";
import { App } from "./views/app";

const root = document.getElementById("app");
if (root) {
  const { store, commands } = createController();
  render(<App store={store} commands={commands} />, root);
}
