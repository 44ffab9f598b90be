// The pictures: each card, link and label brought to the present numbers. Only what changed is written.

function stepOf(gradient) {
  if (!gradient || !numbers.scale || !Number.isFinite(gradient)) return 0;
  const part = Math.abs(gradient) / numbers.scale;
  const step = SCALE.bounds.filter((bound) => bound < part).length;
  return gradient > 0 ? step : -step;
}

const broken = (x) => x !== null && !Number.isFinite(x);
const sizeOf = (x) => (Number.isNaN(x) ? Infinity : Math.abs(x)); // what is not a number comes before all

// The colour of a chip and of the type on it.
function chipRoles(x, unsigned) {
  if (x === null) return ["blank", "muted"];
  if (broken(x)) return ["broken", "alarm-type"];
  return unsigned ? SCALE.sizes[stepOf(x)] : SCALE.chips[SCALE.steps + stepOf(x)];
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// The classes of an element that are no colour of its fill or stroke stay.
function setRoles(element, roles) {
  element.kept ??= [...element.classList]
    .filter((name) => !/^[fs]-/.test(name))
    .map((name) => name + " ")
    .join("");
  setAttribute(element, "class", element.kept + roles);
}

// Type that would be wider than its place is set narrower.
function setFitting(element, text, room, size = SCALE.text) {
  if (element.textContent === text) return;
  element.textContent = text;
  if (text.length * size * SCALE.advance > room + 0.01) {
    element.setAttribute("textLength", room);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else {
    element.removeAttribute("textLength");
  }
}

// The parts of a card, in the order in which they were painted.
function readCard(group, [key, node, members, name], bar) {
  group.setAttribute("role", "graphics-symbol img");
  group.setAttribute("tabindex", "0");
  const texts = [...group.querySelectorAll("text")];
  const [value, word, chipNumber] = texts.slice(-3);
  const chip = word.previousElementSibling;
  const segments = [];
  for (let part = chipNumber.nextElementSibling; part; part = part.nextElementSibling) segments.push(part);
  const width = Number(chip.getAttribute("width"));
  return {
    group,
    key,
    node,
    name,
    chip,
    word,
    chipNumber,
    bar,
    segments,
    members: members ?? [node],
    folded: members !== null,
    value: node === null ? null : value,
    chipRoom: width - 14 - word.textContent.length * SCALE.small * SCALE.advance,
    valueRoom: width - 40,
  };
}

function readLink(group, label, [source, target, edges, ofOne]) {
  label?.setAttribute("aria-hidden", "true"); // a card says the same, and in words
  const alone = edges.length === 1 && USES[SOURCES[edges[0]]].length === 1;
  const texts = label ? [...label.querySelectorAll("text")] : [];
  const isLocal = (text) => /^[\u00d7\u03a3]/.test(text.textContent);
  return {
    group,
    label,
    source,
    target,
    edges,
    ofOne,
    alone,
    localText: texts.find(isLocal),
    flowText: texts.find((text) => !isLocal(text)),
  };
}

// A card that is a value is written as its node, a link that is an edge as that edge.
const cardFacts = (card) => (card >= 0 ? ["n" + card, card, null, FACTS.names[card]] : card);
const linkFacts = (link) => (link >= 0 ? ["n" + SOURCES[link], "n" + TARGETS[link], [link], true] : link);

function readLevel(level, index) {
  const svg = document.querySelectorAll("svg.level")[index];
  const groups = new Map([...svg.querySelectorAll("g[data-key]")].map((group) => [group.dataset.key, group]));
  const cards = level.cards.map(cardFacts).map((card) => readCard(groups.get(card[0]), card, level.bars[card[0]]));
  const links = level.links.map(linkFacts).map((link, k) => readLink(groups.get("e" + k), groups.get("l" + k), link));
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  return { svg, cards, links, folded: level.detail !== "full", width, height };
}

const LEVELS = FACTS.levels.map(readLevel);
const LEVELS_FULL = FACTS.levels[0].detail === "full";

// The flow along a link: the sum where its flows add up in one value, else the largest; null if none has passed.
function linkFlow(link, state) {
  if (view.pass === "forward" || state === "idle") return null;
  const flows = link.edges.filter((e) => edgeState(e) !== "idle").map((e) => numbers.flows[e] ?? 0);
  return link.ofOne ? flows.reduce((a, b) => a + b) : flows.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
}

// Whether a part shows other facts than last time: most of a picture stays as it is from step to step.
function changed(part, ...facts) {
  if (part.seen?.every((fact, k) => Object.is(fact, facts[k]))) return false;
  part.seen = facts;
  return true;
}

function paintCard(card, gradients) {
  let gradient = gradients[card.node] ?? null;
  if (card.folded) {
    const sizes = card.members
      .map((i) => gradients[i])
      .filter((g) => g !== null)
      .map(Math.abs);
    gradient = sizes.length ? sizes.reduce((a, b) => Math.max(a, b)) : null;
  }
  const known = card.value !== null && hasData(card.node);
  const data = numbers.data[card.node];
  const active = (isQuiz() || !view.fresh) && card.members.includes(activeNode());
  if (!changed(card, known, data, gradient, active, numbers.scale)) return;
  if (card.value) {
    setFitting(card.value, known ? datum(data) : NUMBERS.notComputed, card.valueRoom);
    setRoles(card.value, known && broken(data) ? "f-alarm" : "f-ink");
  }
  const [fill, ink] = chipRoles(gradient, card.folded);
  setRoles(card.chip, "f-" + fill);
  setRoles(card.word, "f-" + ink);
  setRoles(card.chipNumber, "f-" + ink);
  setFitting(card.chipNumber, card.folded ? signed(gradient).replace("+", "") : signed(gradient), card.chipRoom);
  card.group.classList.toggle("now", active);
  setAttribute(card.group, "aria-current", active ? "step" : "false");
  setAttribute(card.group, "aria-label", describeCard(card, gradients));
}

function paintBar(card, links) {
  card.segments.forEach((segment, k) => {
    const link = links[card.bar[k]];
    const flow = linkFlow(link, linkState(link));
    const fill = flow === null ? "blank" : broken(flow) ? "alarm" : chipRoles(flow, false)[0];
    setRoles(segment, `f-${fill} s-line`);
  });
}

function linkState(link) {
  const states = link.edges.map(edgeState);
  return states.includes("now") ? "now" : states.includes("done") ? "done" : "idle";
}

const LABEL_ROOM = SCALE.longest * SCALE.small * SCALE.advance; // of the longest number that a label keeps room for

// The numbers of a link. In a picture of every value no number means a local derivative of 1.
function paintNumbers(link, flow, step, folded) {
  const local = link.edges.length === 1 ? numbers.locals[link.edges[0]] : null;
  const plain = local === 1 && !folded;
  link.label.classList.toggle("blank", plain && link.alone);
  if (link.localText && local !== null) {
    const text = plain ? "" : "\u00d7" + short(local === 0 ? 0 : local);
    setFitting(link.localText, text, LABEL_ROOM, SCALE.small);
  }
  if (link.flowText) {
    const text = flow === null ? "" : flow > 0 ? "+" + short(flow) : short(flow);
    setFitting(link.flowText, text, LABEL_ROOM, SCALE.small);
    const tone = broken(flow) ? "alarm" : step ? (step > 0 ? "type-plus" : "type-minus") : "muted";
    setRoles(link.flowText, "f-" + tone);
  }
}

function paintLink(link, { folded }) {
  const state = linkState(link);
  const flow = linkFlow(link, state);
  if (!changed(link, state, flow, view.pass, numbers.locals[link.edges[0]], numbers.scale)) return;
  const step = flow === null ? 0 : stepOf(flow);
  const role = broken(flow) ? "alarm" : SCALE.lines[SCALE.steps + step];
  const classes = ["link", role, state === "done" ? "" : state, view.pass === "forward" ? "forward" : ""];
  const extra = ["off", "into"].filter((name) => link.group.classList.contains(name));
  setAttribute(link.group, "class", [...classes, ...extra].filter(Boolean).join(" "));
  if (!link.label) return;
  link.label.classList.toggle("idle", state === "idle");
  link.label.classList.toggle("gone", view.pass === "forward"); // derivatives belong to the way back
  paintNumbers(link, flow, step, folded);
}

// Fade what is on no path from the node looked at to the root; thicken the flows into it.
function paintFocus(level) {
  const node = view.hover ?? view.node;
  if (!changed(level.svg, node, view.leaf)) return;
  const onPath = node === null ? null : pathsToRoot(node);
  for (const card of level.cards) {
    const on = onPath === null || card.members.some((i) => onPath.has(i));
    card.group.classList.toggle("off", !on);
    const marked = node ?? view.leaf;
    card.group.classList.toggle("picked", marked !== null && card.members.includes(marked));
  }
  for (const link of level.links) {
    const on = onPath === null || link.edges.some((e) => onPath.has(SOURCES[e]) && onPath.has(TARGETS[e]));
    link.group.classList.toggle("off", !on);
    link.group.classList.toggle("into", node !== null && link.edges.some((e) => SOURCES[e] === node));
    link.label?.classList.toggle("off", !on);
  }
}

function pathsToRoot(node) {
  const found = new Set([node]);
  for (let i = node; i <= ROOT; i++) {
    if (found.has(i)) USES[i].forEach((e) => found.add(TARGETS[e]));
  }
  return found;
}

function paintPicture() {
  const level = LEVELS[view.level];
  // What a gradient is made of is told once it is whole, of the graph as it was built, and never where it is asked for.
  const whole = view.pass === "backward" && view.step === lastStep() && !isQuiz();
  document.body.classList.toggle("moved", isMoved() || !whole);
  const gradients = shownGradients();
  LEVELS.forEach((other) => other.svg.classList.toggle("shown", other === level));
  for (const link of level.links) paintLink(link, level);
  for (const card of level.cards) {
    paintCard(card, gradients);
    if (card.bar) paintBar(card, level.links);
  }
  paintFocus(level);
}
