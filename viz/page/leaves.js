// Moving the leaves: everything is computed again, and shown.

const leafControls = []; // every control there is: {leaf, row, slider, field, gradient}

// Far enough to see the gradient change sign or fade, near enough to aim.
function reach(i) {
  const x = BUILT.data[i];
  const size = Number.isFinite(x) ? Math.max(1, 2 * Math.abs(x)) : 1;
  const middle = Number.isFinite(x) ? x : 0;
  return [middle - size, middle + size];
}

// A constant is named by its number, and so is what was computed from it: it stays.
const MOVABLE = OPERATIONS ? LEAVES.filter((i) => FACTS.kinds[i] !== "constant") : [];
const MOST_LEAVES = 300; // more would keep the browser busy
let failure = ""; // why the last move was taken back

function moveLeaf(i, x) {
  const before = numbers.data[i];
  if (!MOVABLE.includes(i) || Object.is(before, x)) return;
  numbers.data[i] = x;
  failure = "";
  try {
    recompute();
  } catch (error) {
    failure = say("takenBack", { name: nameOf(i), x: number(x), error: error.kind ?? error });
    numbers.data[i] = before;
    recompute();
  }
  paint();
}

function leafControl(i, where) {
  const id = `${where}-${i}`;
  const [low, high] = reach(i);
  const about = say("slider", { name: nameOf(i) });
  const slider = element("input", { type: "range", min: low, max: high, step: "any", "aria-label": about });
  const field = element("input", { type: "number", step: "any", id });
  const gradient = element("span", { class: "grad value" });
  const label = element("label", { for: id }, nameOf(i));
  const row = element("div", { class: "leaf", "data-leaf": i }, label, field, slider, gradient);
  slider.addEventListener("input", () => moveLeaf(i, slider.valueAsNumber));
  field.addEventListener("input", () => Number.isNaN(field.valueAsNumber) || moveLeaf(i, field.valueAsNumber));
  for (const control of [slider, field]) control.addEventListener("focus", () => markLeaf(i));
  const control = { leaf: i, row, slider, field, gradient };
  leafControls.push(control);
  paintLeaf(control, shownGradients());
  return row;
}

// Outline the card of the leaf that is being moved, with nothing faded: everything may change.
function markLeaf(i) {
  view.leaf = i;
  view.hover = null;
  paintFocus(LEVELS[view.level]);
  bringIntoView(i);
}

// The gradient is that of its card: on a page that is part of the way, the sum so far.
function paintLeaf({ leaf, row, slider, field, gradient }, shown) {
  const x = numbers.data[leaf];
  if (document.activeElement !== slider) slider.value = x;
  if (document.activeElement !== field) field.value = Number.isFinite(x) ? String(x) : "";
  setText(gradient, say("leafGradient", { x: signed(shown[leaf]) }));
  row.classList.toggle("moved", !Object.is(x, BUILT.data[leaf]));
}

function buildLeaves() {
  const reset = element("button", { type: "button", class: "reset", id: "reset" }, say("reset"));
  reset.addEventListener("click", () => {
    MOVABLE.forEach((i) => (numbers.data[i] = BUILT.data[i]));
    failure = "";
    recompute();
    paint();
  });
  const sorted = [...MOVABLE].sort(
    (i, j) => (FACTS.kinds[i] === "parameter") - (FACTS.kinds[j] === "parameter") || i - j,
  );
  const rows = sorted.slice(0, MOST_LEAVES).map((i) => leafControl(i, "leaf"));
  byId("leaves").append(paragraph(say("moveLeaves"), "muted"), reset, ...rows);
  const left = sorted.length - MOST_LEAVES;
  if (left > 0) byId("leaves").append(paragraph(say("leavesLeft", { n: left }), "muted"));
}

PANELS.leaves = () => {
  if (byId("leaves").hasChildNodes()) return;
  if (OPERATIONS) buildLeaves();
  else byId("leaves").append(paragraph(FACTS.still));
};

// Every control of a leaf brought to the present numbers; and, above all panels, what went wrong with them.
function paintAlarm() {
  const shown = leafControls.length ? shownGradients() : [];
  for (let k = leafControls.length - 1; k >= 0; k--) {
    if (leafControls[k].row.isConnected) paintLeaf(leafControls[k], shown);
    else leafControls.splice(k, 1); // the panel has let it go
  }
  const outside = [...numbers.outside];
  const lines = outside.slice(0, 3).map((i) => {
    const operands = edgesFrom(i)
      .map((e) => number(numbers.data[SOURCES[e]]))
      .join(", ");
    return say("outsideAt", { name: nameOf(i), operation: operation(i).name, operands, domain: operation(i).domain });
  });
  if (outside.length > 3) lines.push(say("more", { n: outside.length - 3 }));
  if (failure) lines.unshift(failure);
  byId("alarm").hidden = lines.length === 0;
  setText(byId("alarm"), lines.join(" "));
}
