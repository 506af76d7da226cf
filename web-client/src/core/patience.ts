/**
 * fetch() for weak links. It waits as long as something comes: `ms` for the answer's head, and as long again for each piece of its body. The
 * answer that it gives is there as a whole, so that nobody waits for ever for its end.
 */
export async function patiently(address: string, init: RequestInit, ms: number, outside?: AbortSignal): Promise<Response> {
  const patience = new AbortController();
  const stop = (): void => patience.abort();
  let timer = setTimeout(stop, ms);
  if (outside?.aborted) stop();
  outside?.addEventListener("abort", stop);
  try {
    const response = await fetch(address, { ...init, signal: patience.signal });
    const pieces: BlobPart[] = [];
    const reader = response.body?.getReader();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(stop, ms);
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      pieces.push(piece.value as Uint8Array<ArrayBuffer>);
    }
    const { status, statusText, headers } = response;
    return new Response(pieces.length > 0 ? new Blob(pieces) : null, { status, statusText, headers });
  } finally {
    clearTimeout(timer);
    outside?.removeEventListener("abort", stop);
  }
}
