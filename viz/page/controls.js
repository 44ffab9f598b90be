// Buttons, keys, pointer and address; and the first picture.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const leaving = new AbortController(); // ends what listens beyond this page's own elements
let playing = null;
let zoom = 1;

function paint() {
  paintLegend();
  paintPicture();
  paintAlarm();
  PANELS[view.tab]();
  paintControls();
  window.chainrule?.painted?.(); // whoever has the page in a frame may want to follow
}

function paintLegend() {
  const most = numbers.scale === null ? "0" : number(numbers.scale);
  setText(byId("least"), say("least", { most }));
  setText(byId("links"), FACTS.levels[view.level].numbers);
  setText(byId("most"), say("most", { most, decades: SCALE.decades }));
}

function paintControls() {
  const slider = byId("slider");
  slider.max = lastStep();
  slider.value = view.step;
  slider.setAttribute("aria-valuetext", say("stepOf", { step: view.step, last: lastStep() }));
  setText(byId("count"), `${view.step} / ${lastStep()}`);
  byId("first").disabled = byId("back").disabled = view.step === 0;
  byId("next").disabled = byId("last").disabled = view.step === lastStep();
  for (const button of document.querySelectorAll("[data-pass]"))
    button.setAttribute("aria-pressed", button.dataset.pass === view.pass);
  for (const button of document.querySelectorAll("[data-level]:not(svg)"))
    button.setAttribute("aria-pressed", Number(button.dataset.level) === view.level);
  for (const tab of TABS) {
    byId("tab-" + tab).setAttribute("aria-selected", tab === view.tab);
    byId("tab-" + tab).tabIndex = tab === view.tab ? 0 : -1;
    byId(tab).hidden = tab !== view.tab;
  }
  writeAddress();
}

function goTo(step) {
  view.step = Math.max(0, Math.min(lastStep(), step));
  view.fresh = false;
  view.node = view.hover = null;
  lookedAtFold = null;
  if (view.step === lastStep()) stop();
  paint();
  const active = activeNode();
  if (active !== null) bringIntoView(active);
}

function showPlay(what) {
  byId("play").setAttribute("aria-label", say(what));
  byId("play").querySelector("use").setAttribute("href", "#i-" + what);
}

function stop() {
  clearInterval(playing);
  playing = null;
  showPlay("play");
}

function play() {
  if (playing) return stop();
  if (view.step === lastStep()) goTo(0);
  showPlay("pause");
  playing = setInterval(() => goTo(view.step + 1), calm.matches ? 2400 : 1200);
}

function lookAt(i) {
  view.hover = i;
  paintFocus(LEVELS[view.level]);
  if (view.tab === "explain") paintExplanation();
}

function pick(i) {
  view.node = i;
  view.hover = null;
  lookedAtFold = null;
  paint();
  if (i !== null) bringIntoView(i);
}

const cardOf = (i) => LEVELS[view.level].cards.find((card) => card.members.includes(i));

function bringIntoView(i) {
  const pane = byId("graph").getBoundingClientRect();
  const box = cardOf(i)?.group.getBoundingClientRect();
  if (!box) return;
  const margin = Math.min(150, pane.width / 4, pane.height / 4); // its neighbours are seen too
  const past = (low, high, from, to) =>
    low < from + margin ? low - from - margin : high > to - margin ? high - to + margin : 0;
  const left = past(box.left, box.right, pane.left, pane.right);
  const top = past(box.top, box.bottom, pane.top, pane.bottom);
  if (left || top)
    byId("graph").scrollBy({ left, top, behavior: calm.matches || playing === null ? "auto" : "smooth" });
}

// Where a picture begins: a value of the card that stands furthest to the left.
function leftmost() {
  const places = LEVELS[view.level].cards.map((card) => [card.group.getBoundingClientRect().left, card.members[0]]);
  return places.reduce((one, other) => (other[0] < one[0] ? other : one))[1];
}

// --- size ---

const SMALLEST = 0.05;

function setZoom(wanted) {
  zoom = Math.max(SMALLEST, Math.min(3, wanted));
  for (const level of LEVELS) {
    level.svg.setAttribute("width", Math.round(level.width * zoom));
    level.svg.setAttribute("height", Math.round(level.height * zoom));
  }
}

function fitting() {
  const { width, height } = LEVELS[view.level];
  const pane = byId("graph");
  return Math.min(1.25, (pane.clientWidth - 2) / width, (pane.clientHeight - 2) / height);
}

// Type below four fifths of its size is hard to read: beyond, the picture scrolls.
const readable = () => Math.max(0.8, fitting());

// --- wiring ---

function wireCards() {
  for (const level of LEVELS) {
    for (const card of level.cards) {
      const enter = () => {
        lookedAtFold = card.folded ? card : null;
        lookAt(card.node ?? card.members.at(-1));
      };
      const leave = () => {
        lookedAtFold = null;
        lookAt(null);
      };
      card.group.addEventListener("pointerenter", enter);
      card.group.addEventListener("pointerleave", leave);
      card.group.addEventListener("focus", () => card.group.matches(":focus-visible") && enter());
      card.group.addEventListener("blur", leave);
      const choose = (event) => {
        event.stopPropagation();
        if (view.tab === "leaves" && MOVABLE.includes(card.node)) return revealLeaf(card.node);
        if (isQuiz() && card.node !== null) return ask(card.node);
        view.tab = "explain";
        pick(card.node ?? card.members.at(-1));
      };
      card.group.addEventListener("click", choose);
      card.group.addEventListener(
        "keydown",
        (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose(event)),
      );
    }
  }
  byId("graph").addEventListener("click", () => pick(null));
}

function revealLeaf(i) {
  const row = byId("leaves").querySelector(`[data-leaf="${i}"]`);
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector("input[type=range]").focus();
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not(#slider), [role=tab]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return pick(null);
    if (typing) return;
    const steps = { ArrowRight: view.step + 1, ArrowLeft: view.step - 1, Home: 0, End: lastStep() };
    if (event.key in steps) {
      event.preventDefault();
      stop();
      goTo(steps[event.key]);
    }
  }, { signal: leaving.signal });
  document.querySelector(".tabs").addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    openTab(TABS[(TABS.indexOf(view.tab) + way + TABS.length) % TABS.length]);
    byId("tab-" + view.tab).focus();
  });
  for (const tab of TABS) byId("tab-" + tab).addEventListener("click", () => openTab(tab));
}

function openTab(tab) {
  view.tab = tab;
  paint();
}

function wireButtons() {
  const press = (id, action) => byId(id).addEventListener("click", action);
  press("first", () => (stop(), goTo(0)));
  press("back", () => (stop(), goTo(view.step - 1)));
  press("play", play);
  press("next", () => (stop(), goTo(view.step + 1)));
  press("last", () => (stop(), goTo(lastStep())));
  byId("slider").addEventListener("input", () => (stop(), goTo(byId("slider").valueAsNumber)));
  for (const button of document.querySelectorAll("[data-pass]")) {
    button.addEventListener("click", () => {
      if (view.pass === button.dataset.pass) return;
      stop();
      view.pass = button.dataset.pass;
      goTo(0);
    });
  }
  press("in", () => setZoom(zoom * 1.25));
  press("out", () => setZoom(zoom / 1.25));
  press("fit", () => setZoom(fitting()));
  press("theme", () => {
    const themes = ["auto", "light", "dark"];
    view.theme = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3];
    paintTheme();
    writeAddress();
  });
  byId("search").addEventListener("input", () => search(byId("search").value));
  byId("search").addEventListener("keydown", (event) => event.key === "Enter" && toNextMatch());
  addEventListener("hashchange", () => (readAddress(), paintTheme(), paint()), { signal: leaving.signal });
}

function paintTheme() {
  if (view.theme) document.documentElement.dataset.theme = view.theme;
  const now = document.documentElement.dataset.theme;
  byId("theme").title = say("theme", { theme: now === "auto" ? say("automatic") : now });
}

function wireLevels() {
  if (LEVELS.length < 2) return;
  FACTS.levels.forEach((level, k) => {
    const button = element("button", { type: "button", "data-level": k, title: level.about }, level.title);
    button.addEventListener("click", () => {
      view.level = k;
      paint();
      setZoom(readable());
      bringIntoView(view.node ?? leftmost());
    });
    byId("levels").append(button);
  });
}

// --- the start ---

// For the console of the browser: every number with all its digits.
window.chainrule = {
  names: FACTS.names,
  numbers,
  write: { number, signed, short },
  // The backward pass as Python's backward_steps() has it.
  steps: () =>
    Array.from({ length: SIZE }, (_, k) => {
      const node = ROOT - k;
      const edges = numbers.gradients[node] === null ? [] : edgesFrom(node);
      return {
        node,
        gradient: numbers.gradients[node] ?? 0,
        flows: edges.map((e) => ({ local: numbers.locals[e], contribution: numbers.flows[e] ?? 0 })),
        totals: edges.map((e) => numbers.totals[e] ?? 0),
      };
    }),
  move: moveLeaf,
  descent,
  descend: descendOnce,
  again,
};

// In a playground: the page of another graph takes the place of this one, and looks as this one did if it fits.
function again(body) {
  const { width, height } = LEVELS[view.level];
  const { scrollLeft: left, scrollTop: top } = byId("graph");
  leaving.abort();
  stop();
  pauseDescent();
  document.body.innerHTML = body;
  begin({ width, height, zoom, left, top });
}

sweepBackward();
readAddress();
paintTheme();
wireLevels();
wireCards();
wireKeys();
wireButtons();
setZoom(readable());
paint();
const isNear = (x, y) => Math.abs(x - y) < y / 10;
if (seen && isNear(seen.width, LEVELS[view.level].width) && isNear(seen.height, LEVELS[view.level].height)) {
  setZoom(seen.zoom);
  byId("graph").scrollTo(seen);
} else {
  bringIntoView(view.node ?? (view.fresh ? null : activeNode()) ?? leftmost());
}
