// Descend: the parameters moved by −rate · gradient, step by step, in the same picture, as nn.SGD moves them.

const LEARNS = MOVABLE.filter((i) => FACTS.kinds[i] === "parameter" || !FACTS.kinds.includes("parameter"));
const MOST_STEPS = 10000;
const STEPS_A_SECOND = 60;
const LATE = 12; // so many are made up for; a tab that was in the background begins anew
const MOST_POINTS = 200; // of the curve

// Each place on the path: every leaf that can be moved, and the root's value.
const descent = { rate: 0.1, path: [], at: 0, frame: null, began: null, said: "" };
let descentParts = null;

const total = () => FACTS.roots.reduce((sum, root) => sum + numbers.data[root], 0);
const placeNow = () => ({ leaves: MOVABLE.map((i) => numbers.data[i]), loss: total() });

// A leaf that was moved by hand is where a new path begins.
function onPath() {
  const there = descent.path[descent.at];
  if (there && MOVABLE.every((i, k) => Object.is(there.leaves[k], numbers.data[i]))) return;
  descent.path = [placeNow()];
  descent.at = 0;
}

function putLeaves(leaves) {
  MOVABLE.forEach((i, k) => (numbers.data[i] = leaves[k]));
  recompute();
}

// One step of them all; false, and nothing moved, where a number would not be finite.
function descendOnce() {
  onPath();
  const before = descent.path[descent.at];
  const moved = LEARNS.map((i) => numbers.data[i] - descent.rate * (numbers.gradients[i] ?? 0));
  const k = LEARNS.findIndex((i, j) => !Number.isFinite(moved[j]) || !Number.isFinite(numbers.gradients[i] ?? 0));
  descent.said = "";
  if (k >= 0) {
    const gradient = numbers.gradients[LEARNS[k]] ?? 0;
    const about = { name: nameOf(LEARNS[k]), x: signed(gradient), from: number(numbers.data[LEARNS[k]]), to: number(moved[k]) };
    descent.said = say(Number.isFinite(gradient) ? "tooFar" : "noDescent", about);
    return false;
  }
  LEARNS.forEach((i, j) => (numbers.data[i] = moved[j]));
  try {
    recompute();
  } catch (error) {
    putLeaves(before.leaves);
    descent.said = say("takenBack", { name: nameOf(LEARNS[0]), x: number(moved[0]), error: error.kind ?? error });
    return false;
  }
  descent.path.length = descent.at + 1;
  descent.path.push(placeNow());
  descent.at += 1;
  return true;
}

function goAlong(at) {
  pauseDescent();
  descent.at = at;
  descent.said = "";
  putLeaves(descent.path[at].leaves);
  paint();
}

function pauseDescent() {
  if (descent.frame !== null) cancelAnimationFrame(descent.frame);
  descent.frame = null;
  descent.began = null;
}

// So many steps a second, whatever time the browser takes to draw: a frame that comes late takes several.
function runDescent(now) {
  descent.frame = requestAnimationFrame(runDescent);
  descent.began ??= now - 1000 / STEPS_A_SECOND;
  const due = Math.min(LATE, Math.floor(((now - descent.began) * STEPS_A_SECOND) / 1000));
  for (let k = 0; k < due && descent.frame !== null; k++) {
    if (!descendOnce() || descent.path.length > MOST_STEPS || view.tab !== "descend") pauseDescent();
  }
  descent.began = due === LATE ? now : descent.began + (1000 * due) / STEPS_A_SECOND;
  if (due) paint();
}

function setRate(rate) {
  if (!(rate >= 0) || !Number.isFinite(rate)) return;
  descent.rate = rate;
  PANELS.descend();
}

function buildDescent() {
  const panel = byId("descend");
  if (!OPERATIONS || !LEARNS.length) return panel.append(paragraph(FACTS.still || say("nothingLearns")));
  const rate = element("input", { type: "number", id: "rate", min: 0, step: "any" });
  const rates = element("input", { type: "range", min: -4, max: 1, step: 0.05, "aria-label": say("rate") });
  rate.addEventListener("input", () => setRate(rate.valueAsNumber));
  rates.addEventListener("input", () => setRate(Number((10 ** rates.valueAsNumber).toPrecision(2))));
  const once = wordButton("descendStep", () => (pauseDescent(), descendOnce(), paint()));
  const run = wordButton("run", () => (descent.frame === null ? runDescent(performance.now()) : (pauseDescent(), paint())));
  const again = wordButton("toStart", () => goAlong(0));
  const steps = element("input", { type: "range", min: 0, step: 1, "aria-label": say("steps") });
  steps.addEventListener("input", () => goAlong(steps.valueAsNumber));
  const curve = drawn("svg", { viewBox: "0 0 340 150", class: "curve", role: "img" });
  const plane = FACTS.model ? element("canvas", { width: 300, height: 300, class: "plane", role: "img" }) : null;
  const words = paragraph("", "value");
  const said = element("p", { role: "status" });
  panel.append(
    paragraph(say(FACTS.kinds.includes("parameter") ? "descendAbout" : "inputsDescend", { root: FACTS.roots.map(nameOf).join(" + ") })),
    element("div", { class: "leaf" }, element("label", { for: "rate" }, say("rate")), rate, rates),
    element("div", { class: "row" }, once, run, again),
    steps, words, said, curve,
    ...(plane ? [heading(say("plane", planeNames())), plane, paragraph(say("planeAbout", planeNames()), "muted")] : []),
  );
  descentParts = { rate, rates, run, again, steps, curve, plane, words, said };
}

PANELS.descend = () => {
  if (!byId("descend").hasChildNodes()) buildDescent();
  if (!descentParts) return;
  onPath();
  const { rate, rates, run, again, steps, curve, plane, words, said } = descentParts;
  if (document.activeElement !== rate) rate.value = descent.rate;
  if (document.activeElement !== rates) rates.value = Math.log10(descent.rate);
  setText(run, say(descent.frame === null ? "run" : "pause"));
  steps.max = descent.path.length - 1;
  steps.value = descent.at;
  again.disabled = descent.at === 0;
  const about = { step: descent.at, last: descent.path.length - 1, root: FACTS.roots.map(nameOf).join(" + "), x: number(total()) };
  setText(words, say("descendAt", about));
  steps.setAttribute("aria-valuetext", say("stepOf", about));
  setText(said, descent.said);
  paintCurve(curve);
  if (plane && (descent.frame === null || descent.at % 6 === 0)) paintPlane(plane);
};

// The root's value along the path, and where it is now.
function paintCurve(curve) {
  const losses = descent.path.map(({ loss }) => loss);
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const last = Math.max(1, losses.length - 1);
  const x = (k) => (70 + (260 * k) / last).toFixed(1);
  const y = (loss) => (130 - (115 * (loss - low)) / (high - low || 1)).toFixed(1);
  const every = Math.ceil(losses.length / MOST_POINTS);
  const points = losses.flatMap((loss, k) => ((k % every && k !== last) || !Number.isFinite(loss) ? [] : [`${x(k)},${y(loss)}`]));
  curve.setAttribute("aria-label", say("curve", { from: number(losses[0]), to: number(losses.at(-1)) }));
  curve.replaceChildren(
    drawn("path", { d: "M70 10V130H332", class: "s-line" }),
    drawn("polyline", { points: points.join(" "), class: "s-ink" }),
    drawn("circle", { cx: x(descent.at), cy: y(losses[descent.at]), r: 4 }),
    drawn("text", { x: 64, y: 20, class: "e" }, number(high)),
    ...(high > low ? [drawn("text", { x: 64, y: 130, class: "e" }, number(low))] : []),
    drawn("text", { x: 330, y: 146, class: "e" }, String(losses.length - 1)),
  );
}

// --- the plane of the model's two inputs ---

const CELLS = 30;

// The computed nodes that the output is made of and that depend on the two inputs, in order.
function wayTo(output, inputs) {
  const below = new Set([output]);
  for (let i = output; i >= 0; i--) if (below.has(i)) edgesFrom(i).forEach((e) => below.add(SOURCES[e]));
  const moved = new Set(inputs);
  return [...below].sort((i, j) => i - j).filter((i) => {
    if (FACTS.ops[i] < 0 || !edgesFrom(i).some((e) => moved.has(SOURCES[e]))) return false;
    return moved.add(i);
  });
}

const planeNames = () => {
  const [one, other, output] = FACTS.model.examples[0];
  const bare = (i) => nameOf(i).replace(/#\d+$/, ""); // of several examples
  return { one: bare(one), other: bare(other), output: bare(output), middle: number(FACTS.model.middle) };
};

function paintPlane(canvas) {
  const { examples, targets, middle } = FACTS.model;
  const [one, other, output] = examples[0];
  const way = wayTo(output, [one, other]).map((i) => [i, OPERATIONS[FACTS.ops[i]], edgesFrom(i).map((e) => SOURCES[e])]);
  const data = [...numbers.data];
  const seen = examples.flatMap(([p, q]) => [data[p], data[q]]).filter(Number.isFinite);
  const size = Math.max(1, ...seen.map(Math.abs)) * 1.4;
  const heights = [];
  for (let r = 0; r < CELLS; r++) {
    for (let c = 0; c < CELLS; c++) {
      data[one] = ((c + 0.5) / CELLS) * 2 * size - size;
      data[other] = size - ((r + 0.5) / CELLS) * 2 * size;
      for (const [i, op, sources] of way) data[i] = op.evaluate(sources.map((source) => data[source]))[0];
      heights.push(data[output] - middle);
    }
  }
  const most = Math.max(...heights.filter(Number.isFinite).map(Math.abs)) || 1;
  const tone = ["minus4", "minus3", "minus2", "minus1", "canvas", "plus1", "plus2", "plus3", "plus4"].map(colourOf);
  const pen = canvas.getContext("2d");
  const cell = canvas.width / CELLS;
  heights.forEach((height, k) => {
    const strength = Number.isFinite(height) ? Math.ceil((Math.abs(height) / most) * 4) : 0;
    pen.fillStyle = tone[4 + (height > 0 ? strength : -strength)];
    pen.fillRect((k % CELLS) * cell, Math.floor(k / CELLS) * cell, cell + 0.5, cell + 0.5);
  });
  pen.lineWidth = 2;
  examples.forEach(([p, q], k) => {
    pen.beginPath();
    const [x, y] = [((numbers.data[p] + size) / (2 * size)) * canvas.width, ((size - numbers.data[q]) / (2 * size)) * canvas.width];
    pen.arc(x, y, 6, 0, 7);
    const target = targets.length ? numbers.data[targets[k]] : null;
    pen.fillStyle = colourOf(target === null ? "card" : target > middle ? "plus5" : "minus5");
    pen.strokeStyle = colourOf("ink");
    pen.fill();
    pen.stroke();
  });
  canvas.setAttribute("aria-label", say("planeAbout", planeNames()));
}

// The colour of a role: of light-dark(…, …) the half that the page shows.
function colourOf(role) {
  const style = getComputedStyle(document.documentElement);
  const [light, dark] = style.getPropertyValue("--" + role).match(/#[0-9a-f]+/gi);
  const isDark = style.colorScheme === "dark" || (style.colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  return isDark ? dark : light;
}
