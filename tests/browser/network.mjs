/** Makes the way between pages and server worse. Needs root, in the tests' own network namespace. */
import { execFileSync } from "node:child_process";

const nft = (...words) => execFileSync("nft", words, { stdio: ["ignore", "ignore", "inherit"] });

/** What fits is dropped, until heal(): in the words of nft, such as "udp sport 4711". */
export function drop(what) {
  nft("add table inet impaired");
  nft("add chain inet impaired out { type filter hook output priority 0 ; }");
  nft(`add rule inet impaired out ${what} drop`);
}

/** A part of what is sent to these UDP ports. */
export const lose = (ports, percent) => drop(`udp dport { ${ports.join(", ")} } numgen random mod 100 < ${percent}`);

export function heal() {
  nft("delete table inet impaired");
}
