/** What a program can see to be wrong with a page. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.mjs";

const axe = readFileSync(join(root, "tests/browser/node_modules/axe-core/axe.min.js"), "utf8");

/** Runs in the page: what is out of it, and what is too small for a finger of so many CSS pixels. */
export function faults(finger) {
  const found = [];
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth > innerWidth) found.push(`scrolls sideways: ${scrollWidth} > ${innerWidth}`);
  for (const control of document.querySelectorAll("button, a, select, input, summary, textarea")) {
    const place = (control.closest("label") ?? control).getBoundingClientRect();
    const inside = document.querySelector("dialog[open]")?.contains(control) ?? true;
    if (!place.width || !inside || !control.checkVisibility({ visibilityProperty: true }) || control.closest(".message-text")) continue;
    const what = `${control.tagName} ${control.dataset.testid ?? control.getAttribute("aria-label") ?? control.innerText}`;
    if (place.right > innerWidth + 0.5 || place.left < -0.5) found.push(`out of the page: ${what}`);
    if (finger && (place.height < finger - 0.5 || place.width < finger - 0.5)) found.push(`too small: ${what} ${place.width}×${place.height}`);
  }
  return found;
}

/** Faults that axe-core calls serious or critical. */
export async function check(person, name) {
  await person.page.evaluate(axe);
  const violations = await person.page.evaluate(async () => {
    const { violations: all } = await window.axe.run(document, { resultTypes: ["violations"] });
    return all.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join(" | ")}`);
  });
  assert.deepEqual(violations, [], name);
}
