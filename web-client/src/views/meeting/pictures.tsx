/** The middle of the page: stage, shared screen and tiles, arranged by layout.ts for the room there is. */
import { useEffect, useState } from "preact/hooks";
import { isPhone } from "../../core/browser";
import { arrange, withSign, type Arrangement } from "../layout";
import { galleryPicture, isPaused, onStage, personOf, sameArray, screenShown, signShown, type OnStage } from "../selectors";
import { useCommands, useSelected, useText } from "../context";
import { ChevronLeft, ChevronRight, MonitorUp, Users } from "../icons";
import { Picture } from "../parts/picture";
import { useBox } from "../parts/hooks";
import { OwnTile, SignTile, StageTile, Tile } from "./tile";

/** As many as core asks the relay for (DESIGN section 3). */
const MOST = isPhone(navigator.userAgent) ? 6 : 14;
/** Height of the pager with its gap. */
const PAGER = 56;

function sameOnStage(a: OnStage | null, b: OnStage | null): boolean {
  return a?.participant === b?.participant && a?.picture === b?.picture;
}

export function Pictures() {
  const { t } = useText();
  const [ref, page] = useBox<HTMLDivElement>();
  const sign = useSelected(signShown);
  const beside = sign !== null && page.width > 0 ? withSign(page) : null;
  const box = beside?.rest ?? page;
  const layout = useSelected((state) => state.layout);
  const others = useSelected((state) => state.tiles.length);
  const screen = useSelected(screenShown);
  const staged = useSelected(onStage, sameOnStage);
  const found = arrange({ ...box, others, most: MOST, layout, screen: screen !== null, pager: PAGER });
  useReportedGeometry(found);

  return (
    <div class="pictures" ref={ref} data-sign={beside?.at}>
      {sign && beside && <SignTile channel={sign} box={beside.sign} />}
      {box.width > 0 && (
        <div class="pictures-rest" data-tiles={found.tilesAt} style={{ width: `${box.width}px`, height: `${box.height}px` }}>
          {found.stage && (
            <section class="stage" aria-label={t("stage.label")} style={{ width: `${found.stage.width}px`, height: `${found.stage.height}px` }}>
              {screen !== null ? <Screen id={screen} /> : staged ? <StageTile id={staged.participant} picture={staged.picture} /> : <EmptyStage />}
            </section>
          )}
          {found.tilesAt !== "nowhere" && <Tiles found={found} speaker={screen !== null ? staged : null} />}
        </div>
      )}
      <StageAnnouncer />
    </div>
  );
}

/** Tells the relay, through the controller, how many pictures of what size the page has a place for. */
function useReportedGeometry(found: Arrangement): void {
  const commands = useCommands();
  const scale = window.devicePixelRatio || 1;
  const pixels = (length: number | undefined): number => Math.round((length ?? 0) * scale);
  const sizes = [found.others, pixels(found.tile.width), pixels(found.tile.height), pixels(found.stage?.width), pixels(found.stage?.height)] as const;
  useEffect(() => {
    // A window that is being dragged passes through many sizes; only where it stops counts.
    const timer = setTimeout(() => commands.setTileGeometry(...sizes), 150);
    return () => clearTimeout(timer);
  }, [...sizes]);
}

function Screen({ id }: { id: string }) {
  const { t } = useText();
  const person = useSelected((state) => personOf(state, id));
  const picture = useSelected((state) => state.screenPicture);
  const name = person?.name ?? "";
  const live = picture?.live === true;
  const paused = useSelected((state) => isPaused(state, picture));
  return (
    <div class="tile tile-stage tile-screen">
      <Picture stream={picture?.stream ?? null} live={live} label={t("stage.screenOf", { name })} whole participant={id} kind="screen" />
      {!live && (
        <p class="stage-empty">
          {!paused && <span class="spinner" />}
          {paused ? t("tile.paused") : t("stage.waitingScreen", { name })}
        </p>
      )}
      {live && (
        <p class="stage-caption stage-caption-small">
          <MonitorUp size={16} />
          {t("stage.screenOf", { name })}
        </p>
      )}
    </div>
  );
}

function EmptyStage() {
  const { t } = useText();
  const alone = useSelected((state) => state.people.size <= 1);
  return (
    <div class="tile tile-stage">
      <div class="stage-empty">
        <Users size={28} />
        <strong>{t(alone ? "stage.empty" : "stage.emptyWithOthers")}</strong>
        <p>{t(alone ? "stage.emptyHint" : "stage.emptyWithOthersHint")}</p>
      </div>
    </div>
  );
}

function Tiles({ found, speaker }: { found: Arrangement; speaker: OnStage | null }) {
  const { t } = useText();
  const members = useSelected((state) => state.galleryMembers, sameArray);
  const pages = useSelected((state) => state.galleryPages);
  const columns = `repeat(${found.columns}, ${found.tile.width}px)`;
  const wide = found.tilesAt === "side" ? { gridColumn: "1 / -1" } : {};
  return (
    <section class="gallery" aria-label={t("gallery.label")}>
      <ul class="tiles" style={{ gridTemplateColumns: columns }}>
        {speaker && found.speaker && (
          <li key="speaker" style={wide}>
            <Tile id={speaker.participant} picture={speaker.picture} box={found.speaker} kind="stage" />
          </li>
        )}
        <li key="own">
          <OwnTile box={found.tile} />
        </li>
        {members.slice(0, found.others).map((id) => (
          <li key={id}>
            <GalleryTile id={id} found={found} />
          </li>
        ))}
      </ul>
      {pages > 1 && <Pager pages={pages} />}
    </section>
  );
}

function GalleryTile({ id, found }: { id: string; found: Arrangement }) {
  const picture = useSelected((state) => galleryPicture(state, id));
  return <Tile id={id} picture={picture} box={found.tile} kind="camera" />;
}

function Pager({ pages }: { pages: number }) {
  const { t } = useText();
  const commands = useCommands();
  const page = useSelected((state) => state.galleryPage);
  return (
    <div class="pager">
      <button type="button" class="icon-button" disabled={page <= 0} onClick={() => commands.setGalleryPage(page - 1)} aria-label={t("gallery.previous")}>
        <ChevronLeft size={20} class="mirrored-in-rtl" />
      </button>
      <span class="pager-page" aria-live="polite">
        <span aria-hidden="true">{`${page + 1} / ${pages}`}</span>
        <span class="unseen">{t("gallery.page", { page: page + 1, pages })}</span>
      </span>
      <button type="button" class="icon-button" disabled={page >= pages - 1} onClick={() => commands.setGalleryPage(page + 1)} aria-label={t("gallery.next")}>
        <ChevronRight size={20} class="mirrored-in-rtl" />
      </button>
    </div>
  );
}

/** Says who is on the stage once they have been there for a while: quick exchanges would talk over the meeting. */
function StageAnnouncer() {
  const { t } = useText();
  const name = useSelected((state) => personOf(state, onStage(state)?.participant ?? null)?.name ?? "");
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(name), 1500);
    return () => clearTimeout(timer);
  }, [name]);
  return (
    <p class="unseen" role="status">
      {said && t("stage.now", { name: said })}
    </p>
  );
}
