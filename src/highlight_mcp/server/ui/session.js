import { ToolProblem } from "./host.js";
import { clipOf } from "./segment.js";

const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 10;
const MOST_RETRIES = 40;
const RUNNING = ["running", "pending", "processing"];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What this page knows of one editing session, and the ways to change it. Listeners hear of every change. */
export class Session {
  id = null;
  facts = null;
  tracks = [];
  board = null;
  moments = null;
  looking = false;
  busy = false;
  selected = 0;
  #host;
  #listeners = [];
  #following = false;
  #ended = false;
  #refreshed = 0;
  #given = null;

  constructor(host) {
    this.#host = host;
  }

  get timeline() {
    return this.facts?.timeline ?? null;
  }

  get version() {
    return this.timeline?.version ?? null;
  }

  get durationMs() {
    return this.timeline?.duration_ms ?? 0;
  }

  /** The clips of the reel itself; operations count them from 1. */
  get clips() {
    return this.tracks.find((track) => track.kind === "Video")?.clips ?? [];
  }

  /** The footage that a clip or a moment shows; undefined for cards. */
  mediaOf({ mediaId, media_id: found }) {
    return this.facts?.media?.find((each) => each.media_id === (mediaId ?? found));
  }

  /** Running work as `{kind, id, progress, stage}`; null when nothing runs. */
  get work() {
    const { turn, upload, renders } = this.facts ?? {};
    if (upload && RUNNING.includes(upload.status)) {
      const progress = upload.total ? Math.round((100 * upload.done) / upload.total) : null;
      return { kind: "uploading", id: upload.job_id, progress, stage: "" };
    }
    if (turn && RUNNING.includes(turn.status)) {
      return { kind: "editing", id: turn.turn_id, progress: turn.progress ?? null, stage: turn.message ?? turn.stage };
    }
    const render = renders?.[0];
    if (render && RUNNING.includes(render.status)) {
      return { kind: "rendering", id: render.render_id, progress: render.progress, stage: render.stage };
    }
    return null;
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  end() {
    this.#ended = true;
  }

  select(place) {
    if (place === this.selected || !this.clips[place]) return;
    this.selected = place;
    this.#told();
  }

  /** Show a session from now on. Throws ToolProblem. */
  async open(id) {
    this.id = id;
    await this.refresh();
  }

  /** Read everything anew, and stay with what is running. Throws ToolProblem. */
  async refresh(waitS = 0) {
    this.#refreshed = Date.now();
    const { facts } = await this.#host.call("get_state", { session_id: this.id, detail: "full", wait_s: waitS });
    const same = facts.timeline?.version === this.version && this.version !== null && this.tracks.length > 0;
    const tracks = same ? this.tracks : await this.#tracks(facts.timeline?.tracks ?? []);
    this.id = facts.session_id ?? this.id;
    this.facts = facts;
    this.tracks = tracks;
    if (this.#given) this.board = { version: this.version, ...this.#given };
    this.#given = null;
    this.selected = Math.max(0, Math.min(this.selected, this.clips.length - 1));
    this.#told();
    this.#follow();
  }

  /** Look again when the page is looked at again, but not at every glance. */
  async glance() {
    if (this.id === null || this.busy || this.#following || Date.now() - this.#refreshed < 5000) return;
    await this.refresh();
  }

  /** Carry out operations on the version that is shown. Returns what was done, in words. Throws ToolProblem. */
  edit(operations) {
    const base = this.version === null ? {} : { base_version: this.version };
    return this.#turn({ operations, ...base });
  }

  /** Ask for a change in plain words. Returns the answer. Throws ToolProblem. */
  wish(instruction) {
    return this.#turn({ instruction });
  }

  /** Export and stay until the file is there; `told` hears of each step. Returns its facts. Throws ToolProblem. */
  async export(preset, told) {
    let result = await this.#host.call("export", { session_id: this.id, preset, wait_s: 1 });
    for (let step = 0; RUNNING.includes(result.facts.status) && !this.#ended; step += 1) {
      told(result.facts);
      const waitS = this.#patience(step);
      result = await this.#host.call("export", { render_id: result.facts.render_id, wait_s: waitS });
    }
    told(result.facts);
    return result;
  }

  async cancel(jobId) {
    await this.#host.call("cancel", { job_id: jobId });
    await this.refresh();
  }

  /** Have the storyboard of the present version drawn. */
  async drawBoard() {
    const version = this.version;
    if (!this.clips.length || this.board?.version === version) return;
    const before = this.board?.image ?? this.board?.before;
    this.board = { version, image: null, description: "", failed: false, before };
    this.#told();
    const board = this.board;
    try {
      await this.#drawn(board);
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
      board.failed = true;
      board.description = error.message;
    }
    this.#told();
  }

  /** Keep the storyboard that came with a result, for the version that is read next. */
  takeBoard(block, description) {
    this.#given = { image: `data:${block.mimeType};base64,${block.data}`, description, failed: false };
  }

  /** Rank the moments of the footage; the first look at long footage takes its time. Throws ToolProblem. */
  async findMoments() {
    if (this.looking) return;
    this.looking = true;
    this.#told();
    try {
      const found = await this.#patiently(`moments://${this.id}`);
      this.moments = JSON.parse(found.text)?.moments ?? [];
    } finally {
      this.looking = false;
      this.#told();
    }
  }

  /** The part of the cut between two times, as an address that a player takes. Throws ToolProblem. */
  async clip(fromMs, toMs) {
    const content = await this.#patiently(`clip://${this.id}/${Math.round(fromMs)}-${Math.round(toMs)}`);
    return `data:${content.mimeType ?? "video/mp4"};base64,${content.blob}`;
  }

  async #turn(wanted) {
    this.busy = true;
    this.#told();
    try {
      const { facts, text } = await this.#host.call("edit", { session_id: this.id, wait_s: 2, ...wanted });
      this.id = facts.session_id ?? this.id;
      await this.refresh();
      const ended = await this.#endOf(facts);
      return { ...ended, text: ended.message ?? text };
    } finally {
      this.busy = false;
      this.#told();
    }
  }

  /** The turn as it ended, after staying with it as long as it takes. */
  async #endOf(facts) {
    if (!RUNNING.includes(facts.status)) return facts;
    while (this.#following && this.work?.id === facts.turn_id && !this.#ended) await pause(200);
    const turn = this.facts.turn ?? {};
    if (turn.status === "failed") throw new ToolProblem({ message: turn.message });
    return turn;
  }

  async #follow() {
    if (this.#following) return;
    this.#following = true;
    try {
      for (let step = 0; this.work && !this.#ended; step += 1) await this.refresh(this.#patience(step));
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
    } finally {
      this.#following = false;
    }
  }

  /** Seconds that the next question waits for an answer: short at first, longer for long work. */
  #patience(step) {
    return Math.min(LONGEST_WAIT_S, FIRST_WAIT_S + Math.floor(step / 3));
  }

  async #tracks(shown) {
    if (!shown.length) return [];
    if (this.#host.can("serverResources")) {
      const found = await this.#host.read(`timeline://${this.id}`);
      return JSON.parse(found.text).tracks.map((track) => ({ ...track, clips: track.segments.map(clipOf) }));
    }
    return shown.map((track) => ({ ...track, clips: (track.clips ?? []).map(clipOf) }));
  }

  async #drawn(board) {
    for (let step = 0; step < MOST_RETRIES && !this.#ended && this.board === board; step += 1) {
      const { facts, blocks } = await this.#host.call("preview", { session_id: this.id, what: "storyboard" });
      const picture = blocks.find((block) => block.type === "image");
      if (picture) {
        board.image = `data:${picture.mimeType};base64,${picture.data}`;
        board.description = facts.description ?? "";
        return;
      }
      await pause(1500);
    }
  }

  /** Read what takes its time to make; the server holds each question for a while and says when to ask again. */
  async #patiently(uri) {
    for (let step = 0; ; step += 1) {
      try {
        return await this.#host.read(uri);
      } catch (error) {
        if (this.#ended || step >= MOST_RETRIES || error.kind !== "busy") throw error;
        await pause(1000 * (error.retryAfterS ?? FIRST_WAIT_S));
      }
    }
  }

  #told() {
    this.#listeners.forEach((listener) => listener(this));
  }
}
