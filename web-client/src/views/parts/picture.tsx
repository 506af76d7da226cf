import { useEffect, useState } from "preact/hooks";
import { initials } from "../../text/names";
import { fit } from "../layout";
import { useStream } from "../media";

interface PictureProps {
  stream: MediaStream | null;
  /** False: the name's placeholder is shown, while the element stays, so that the first frame appears at once. */
  live: boolean;
  /** Names the picture for those who don't see it. */
  label: string;
  mirrored?: boolean;
  /** A screen is shown whole; a face may lose its edges. */
  whole?: boolean;
  participant?: string;
  kind: "stage" | "screen" | "camera" | "own" | "sign";
}

/** Moving picture. Muted and playsinline as Safari asks: sound has elements of its own (sounds.tsx). */
export function Picture({ stream, live, label, mirrored, whole, participant, kind }: PictureProps) {
  const ref = useStream<HTMLVideoElement>(stream);
  const [cover, setCover] = useState(!whole);

  useEffect(() => {
    const video = ref.current;
    if (!video || whole) return undefined;
    const measure = (): void => {
      const picture = { width: video.videoWidth, height: video.videoHeight };
      setCover(fit(picture, { width: video.clientWidth, height: video.clientHeight }) === "cover");
    };
    const observer = new ResizeObserver(measure);
    observer.observe(video);
    video.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      video.removeEventListener("resize", measure);
    };
  }, [whole, stream]);

  if (!stream) return null;
  const classes = ["picture", cover ? "" : "picture-whole", mirrored ? "picture-mirrored" : "", live ? "" : "picture-hidden"];
  return (
    <video
      ref={ref}
      class={classes.filter(Boolean).join(" ")}
      muted
      playsInline
      autoPlay
      disablePictureInPicture={kind === "own"}
      aria-label={label}
      aria-hidden={!live}
      data-participant={participant}
      data-kind={kind}
    />
  );
}

/** In place of a picture: first letters, on one of six calm colours that go with the name. */
export function Initials({ name, id }: { name: string; id: string }) {
  let sum = 0;
  for (const c of id || name) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 6007;
  return (
    <span class="initials" data-hue={sum % 6} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
