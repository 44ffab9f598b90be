// Buttons, keys, pointer and address; and the first picture.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const leaving = new AbortController(); // ends what listens beyond this page's own elements
let playing = null;

function paint() {
  paintLegend();
  paintPicture();
  paintAlarm();
  PANELS[view.tab]();
  paintControls();
  paintMap();
  window.chainrule?.painted?.(); // whoever has the page in a frame may want to follow
}

function paintLegend() {
  const most = numbers.scale === null ? "0" : number(numbers.scale);
  setText(byId("least"), say("least", { most }));
  setText(byId("links"), FACTS.levels[view.level].numbers);
  setText(byId("most"), say("most", { most, bounds: SCALE.boundsInWords }));
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

const SPEEDS = [1, 2, 4, 0.5];
let speed = 1;

function changeSpeed() {
  speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
  setText(byId("speed"), say("times", { speed }));
  byId("speed").setAttribute("aria-label", say("speed", { speed }));
  if (playing) (stop(), play());
}

function play() {
  if (playing) return stop();
  if (view.step === lastStep()) goTo(0);
  showPlay("pause");
  playing = setInterval(() => goTo(view.step + 1), (calm.matches ? 2400 : 1200) / speed);
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

// --- wiring ---

function wireCards() {
  const cards = new Map(LEVELS.flatMap((level) => level.cards.map((card) => [card.group, card])));
  const at = (event) => cards.get(event.target.closest("g.card"));
  let entered = null;
  const enter = (card) => {
    if (card === entered) return;
    entered = card;
    lookedAtFold = card?.folded ? card : null;
    lookAt(card ? (card.node ?? card.members.at(-1)) : null);
  };
  pane.addEventListener("pointerover", (event) => enter(at(event)));
  pane.addEventListener("pointerleave", () => enter());
  pane.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && enter(at(event)));
  pane.addEventListener("focusout", () => enter());
  pane.addEventListener("click", (event) => choose(at(event)));
  pane.addEventListener("keydown", (event) => {
    if (!at(event) || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    choose(at(event));
  });
}

function choose(card) {
  if (!card) return pick(null);
  if (view.tab === "leaves" && MOVABLE.includes(card.node)) return revealLeaf(card.node);
  if (isQuiz() && card.node !== null) return ask(card.node);
  view.tab = "explain";
  pick(card.node ?? card.members.at(-1));
}

function revealLeaf(i) {
  let row = byId("leaves").querySelector(`[data-leaf="${i}"]`);
  if (!row) byId("leaves").append((row = leafControl(i, "leaf"))); // one of those left out of a long list
  row.scrollIntoView({ block: "nearest" });
  row.querySelector("input[type=range]").focus();
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not(#slider), [role=tab]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return pick(null);
    if (typing) return;
    const zooms = { "+": () => zoomBy(1.25), "-": () => zoomBy(0.8), 0: () => setZoom(fitting()) };
    if (event.key in zooms) return zooms[event.key]();
    if (event.key === " " && !event.target.closest("button, a, [tabindex='0']")) return (event.preventDefault(), play());
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
  press("speed", changeSpeed);
  press("more", () => {
    const isOpen = document.querySelector("header").classList.toggle("open");
    byId("more").setAttribute("aria-expanded", isOpen);
  });
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
  press("in", () => zoomBy(1.25));
  press("out", () => zoomBy(0.8));
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
  byId("theme").title = say("theme", { theme: WORDS.themes[now] });
}

function wireLevels() {
  if (LEVELS.length < 2) return;
  FACTS.levels.forEach((level, k) => {
    const button = element("button", { type: "button", "data-level": k, title: level.about }, level.title);
    button.addEventListener("click", () => {
      view.level = k;
      view.chosen = true;
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
  const { scrollLeft: left, scrollTop: top } = pane;
  leaving.abort();
  stop();
  pauseDescent();
  document.body.innerHTML = body;
  begin({ width, height, zoom, left, top });
}

sweepBackward();
readAddress();
paintTheme();
if (!view.chosen) view.level = levelThatFits();
wireLevels();
wireCards();
wireKeys();
wireButtons();
wireWindow();
setZoom(readable());
paint();
const isNear = (x, y) => Math.abs(x - y) < y / 10;
if (seen && isNear(seen.width, LEVELS[view.level].width) && isNear(seen.height, LEVELS[view.level].height)) {
  setZoom(seen.zoom);
  pane.scrollTo(seen);
} else {
  bringIntoView(view.node ?? (view.fresh ? null : activeNode()) ?? leftmost());
}
