/** Finds web addresses in what people write. Only http and https become links: nothing else of a stranger's is worth a click. */

export interface Piece {
  text: string;
  /** Absent: plain text. */
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]+/gi;

/** A full stop or bracket that ends the sentence isn't part of the address; a closing bracket that the address itself opened is. */
function trimmed(address: string): string {
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] as string;
    if (/[.,;:!?*_~\]}]/.test(last)) continue;
    if (last === ")" && !address.slice(0, end - 1).includes("(")) continue;
    break;
  }
  return address.slice(0, end);
}

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    const href = webAddress(address);
    if (!href) continue;
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push({ text: address, href });
    at = found.index + address.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

function webAddress(address: string): string | null {
  try {
    const url = new URL(address);
    // user:password@ before the host dresses one site up as another
    return url.hostname && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}
