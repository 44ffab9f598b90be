// What is looked at: which pass, which step, which level, which node; kept in the address.

const view = {
  pass: "backward",
  step: SIZE,
  fresh: true, // no step was asked for yet: the whole pass is shown
  level: 0, // which of FACTS.levels
  chosen: false, // whether the reader chose it, or the address did, rather than the size of the window
  node: null, // the node that was picked
  hover: null, // the node under the pointer, or with the focus
  leaf: null, // the leaf that is being moved
  tab: "explain",
  theme: null, // null: as the page was made
};
const TABS = [...document.querySelectorAll("[role=tab]")].map((tab) => tab.id.slice("tab-".length));
const PANELS = {}; // for each tab the function that paints its panel, called while it is open
const byId = (id) => document.getElementById(id);
const lastStep = () => (view.pass === "backward" ? SIZE : COMPUTED.length);

// The node whose turn it is; null before the first step.
function activeNode() {
  if (isQuiz()) return asked();
  if (view.step === 0) return null;
  return view.pass === "backward" ? SIZE - view.step : COMPUTED[view.step - 1];
}

const isQuiz = () => view.tab === "quiz";
const hasData = (i) => isQuiz() || view.pass === "backward" || FACTS.ops[i] < 0 || (activeNode() !== null && i <= activeNode());
const shownGradients = () =>
  isQuiz() ? answeredGradients() : (view.pass === "backward" ? gradientsAt(view.step) : new Array(SIZE).fill(null));

// "now": the edge of this step; "done": of an earlier one; "idle": of a later one.
function edgeState(e) {
  if (isQuiz()) return isKnown(SOURCES[e]) ? "done" : "idle";
  const active = activeNode();
  if (active === TARGETS[e] && !view.fresh) return "now";
  if (active === null) return "idle";
  return (view.pass === "backward") === TARGETS[e] > active ? "done" : "idle";
}

function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  const whole = (key, most) => {
    const n = Number.parseInt(said.get(key) ?? "", 10);
    return Number.isInteger(n) && n >= 0 && n <= most ? n : null;
  };
  if (["forward", "backward"].includes(said.get("pass"))) view.pass = said.get("pass");
  const step = whole("step", lastStep());
  view.fresh = step === null;
  view.step = step ?? lastStep();
  const level = FACTS.levels.findIndex(({ detail }) => detail === said.get("level"));
  view.chosen ||= level >= 0;
  if (level >= 0) view.level = level;
  view.node = whole("node", ROOT);
  if (TABS.includes(said.get("tab"))) view.tab = said.get("tab");
  if (["auto", "light", "dark"].includes(said.get("theme"))) view.theme = said.get("theme");
}

function writeAddress() {
  const said = new URLSearchParams();
  if (!view.fresh) said.set("pass", view.pass);
  if (!view.fresh) said.set("step", view.step);
  if (view.chosen) said.set("level", FACTS.levels[view.level].detail);
  if (view.node !== null) said.set("node", view.node);
  if (view.tab !== "explain") said.set("tab", view.tab);
  if (view.theme) said.set("theme", view.theme);
  try {
    if (`#${said}` !== (location.hash || "#")) history.replaceState(null, "", "#" + said);
  } catch {
    // A frame without an address of its own keeps no state.
  }
}
