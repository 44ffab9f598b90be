// The panel: the node looked at, or the step that is taken, with its arithmetic in words.

const maker = (space) => (tag, attributes, ...children) => {
  const made = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const element = maker("http://www.w3.org/1999/xhtml");
const drawn = maker("http://www.w3.org/2000/svg");

// A button that says the words of a key, by which it is known.
function wordButton(key, action) {
  const made = element("button", { type: "button", id: key }, say(key));
  made.addEventListener("click", action);
  return made;
}

const paragraph = (text, name) => element("p", name ? { class: name } : {}, text);
const heading = (text) => element("h3", {}, text);
const listed = (lines) => element("ul", { class: "sums" }, ...lines);
const nameOf = (i) => FACTS.names[i];
const kindOf = (i) => operation(i)?.symbol ?? WORDS.kinds[FACTS.kinds[i]];

// A line of a list, in the colour of its number.
function line(text, x, ...more) {
  const tone = (x ?? 0) === 0 ? "none" : broken(x) ? "broken" : x > 0 ? "plus" : "minus";
  return element("li", { class: tone }, text, ...more);
}

// --- arithmetic ---

// A value in terms of its operands' numbers: 0.5000·(−1.2000).
function withNumbers(i) {
  const op = operation(i);
  const operands = edgesFrom(i).map((e) => number(numbers.data[SOURCES[e]]));
  const shown = op.call ? operands : operands.map(inBrackets);
  if (op.form.includes("{*}")) return op.form.replace("{*}", () => operands.join(", "));
  return op.form.replace(/\{(\d)\}/g, (_, k) => shown[k]);
}

const flowsInto = (i) => USES[i].filter((e) => numbers.flows[e] !== null);
const product = (e) =>
  say("product", { local: number(numbers.locals[e]), upstream: inBrackets(number(numbers.gradients[TARGETS[e]])) });

// "a1[1].grad += 1.2027 · 0.2522 = +0.3034".
function flowInWords(e) {
  const flow = numbers.flows[e];
  const open = operation(TARGETS[e]).gated
    ? say("open", { flow: signed(flow) })
    : say("equals", { one: product(e), other: signed(flow) });
  return say("adds", { name: nameOf(SOURCES[e]), how: flow === null ? say("closed") : open });
}

function describeCard(card, gradients) {
  const words = card.folded ? [card.name, say("values", { n: card.members.length })] : [card.name, kindOf(card.node)];
  if (card.node !== null) words.push(hasData(card.node) ? say("value", { x: number(numbers.data[card.node]) }) : say("noValue"));
  if (!card.folded) {
    const gradient = gradients[card.node];
    const flows = USES[card.node].length;
    words.push(gradient === null ? say("noGradient") : say("gradient", { x: signed(gradient) }));
    if (flows > 1) words.push(say("sumOf", { flows: say("flows", { n: flows }) }));
  }
  return words.join(", ");
}

// --- a step ---

const stepWords = (i, words) => [
  element("h2", {}, nameOf(i)),
  paragraph(say("step", { step: view.step, last: lastStep(), words: say(words) }), "muted"),
];

// The formula of a node, where it is not its name.
const formulaOf = (i) => (FACTS.formulas[i] === nameOf(i) ? "" : FACTS.formulas[i]);
const equals = (one, other) => say("equals", { one, other });

function forwardStep(i) {
  const computed = equals(nameOf(i), equals(withNumbers(i), number(numbers.data[i])));
  const lines = formulaOf(i) ? [equals(nameOf(i), formulaOf(i)), computed] : [computed];
  return [...stepWords(i, "canBeComputed"), listed(lines.map((text) => line(text))), ...outsideWords(i)];
}

function outsideWords(i) {
  const { name, domain } = operation(i) ?? {};
  return numbers.outside.has(i) ? [paragraph(say("outside", { operation: name, domain }))] : [];
}

function backwardStep(i) {
  const edges = edgesFrom(i);
  const gradient = numbers.gradients[i];
  const said = [...stepWords(i, "hasArrived"), paragraph(say("grad", { name: nameOf(i), x: signed(gradient ?? 0) }), "value")];
  if (ROOTS.has(i)) said.push(paragraph(say("starts", { name: nameOf(i) })));
  said.push(...hookWords(i));
  if (gradient === null) return [...said, paragraph(say("stops"))];
  if (!edges.length) return [...said, paragraph(say("stays"))];
  if (formulaOf(i)) said.push(paragraph(equals(nameOf(i), formulaOf(i)), "value muted"));
  const lines = edges.map((e) => {
    const isPart = numbers.flows[e] !== null && USES[SOURCES[e]].length > 1;
    const soFar = isPart ? [element("span", { class: "so-far" }, say("soFar", { total: signed(numbers.totals[e]) }))] : [];
    return line(flowInWords(e), numbers.flows[e], ...soFar);
  });
  return [...said, heading(say("passesOn")), listed(lines), ...outsideWords(i)];
}

function hookWords(i) {
  if (!REPLACED.has(i)) return [];
  return [paragraph(say("hook", { arrived: signed(ARRIVED.get(i)), replaced: signed(REPLACED.get(i)) }))];
}

function beforeFirst() {
  const words = view.pass === "backward" ? "backwardVisits" : "forwardComputes";
  return [element("h2", {}, say(view.pass)), paragraph(say(words)), paragraph(say("stepOn"), "muted")];
}

// --- the whole graph ---

// The largest gradients first; those that are not finite before all.
function byGradient(i, j) {
  const [x, y] = [sizeOf(numbers.gradients[i] ?? 0), sizeOf(numbers.gradients[j] ?? 0)];
  return x === y ? 0 : y > x ? 1 : -1;
}

// What the node holds in Python; of the graph as it was built, so not once a leaf was moved.
const heldWords = (i) => (FACTS.notes[i] && !isMoved() ? [paragraph(FACTS.notes[i], "held")] : []);

// What the values hold in Python beside this pass: of some, for many may.
function heldInPython() {
  const told = Object.keys(FACTS.notes).filter((i) => FACTS.kinds[i] !== "constant");
  const lines = [FACTS.began, ...told.slice(0, 2).map((i) => FACTS.notes[i])];
  if (told.length > 2) lines.push(say("theSame", { n: told.length - 2 }));
  return lines.filter(Boolean).map((text) => paragraph(text, "held"));
}

function overview() {
  const roots = FACTS.roots.map((root) => equals(nameOf(root), number(numbers.data[root]))).join(", ");
  const largest = LEAVES.filter((i) => FACTS.kinds[i] === "parameter" || FACTS.kinds[i] === "input")
    .sort(byGradient)
    .slice(0, 3);
  const said = [
    element("h2", {}, roots),
    paragraph(say("each", { values: say("values", { n: SIZE }), root: FACTS.roots.map(nameOf).join(" + ") })),
    ...(isMoved() ? [] : heldInPython()),
    paragraph(say("how")),
  ];
  if (!LEVELS_FULL) said.push(paragraph(say("folded"), "muted"));
  if (!FACTS.terms) said.push(paragraph(say("unspelled"), "muted"));
  if (!largest.length) return said;
  const lines = largest.map((i) => {
    const gradient = numbers.gradients[i] ?? 0;
    return line(say("grad", { name: nameOf(i), x: signed(gradient) }), gradient);
  });
  return [...said, heading(say("largestLeaves")), listed(lines)];
}

// --- a value, or a fold ---

function nodeWords(i) {
  const flows = flowsInto(i);
  const data = exactly(numbers.data[i]);
  const formula = formulaOf(i) ? `= ${formulaOf(i)} ` : "";
  const count = flows.length ? say("flowsIn", { flows: say("flows", { n: flows.length }) }) : say(ROOTS.has(i) ? "root" : "unreached");
  const said = [
    element("h2", {}, nameOf(i)),
    paragraph([kindOf(i), FACTS.frames[FACTS.scopes[i]]].filter(Boolean).join(" \u00b7 "), "muted"),
    paragraph(FACTS.formulas[i] ? `${formula}= ${data}` : say("value", { x: data }), "value"),
    ...outsideWords(i),
    ...hookWords(i),
    ...heldWords(i),
    heading(count),
  ];
  const through = (e) => say("through", { name: nameOf(TARGETS[e]), product: product(e), flow: signed(numbers.flows[e]) });
  if (flows.length) said.push(listed(flows.map((e) => line(through(e), numbers.flows[e]))));
  said.push(heading(say("chainRule")), element("div", { class: "chain" }, chainRule(i)));
  const named = namedDerivatives(i);
  if (named.length) said.push(element("p", { class: "muted" }, say("where"), ...named));
  return said;
}

function foldWords(card) {
  const largest = [...card.members].sort(byGradient).slice(0, 12);
  const lines = largest.map((i) => line(say("member", { name: nameOf(i), x: signed(numbers.gradients[i] ?? 0) })));
  const values = say("values", { n: card.members.length });
  return [element("h2", {}, card.name), paragraph(say("largestFirst", { values }), "muted"), listed(lines)];
}

let lookedAtFold = null; // the card of a fold under the pointer

function explanation() {
  const node = view.hover ?? view.node;
  const active = activeNode();
  if (lookedAtFold) return foldWords(lookedAtFold);
  if (node !== null) return nodeWords(node);
  if (view.fresh) return overview();
  if (active === null) return beforeFirst();
  return view.pass === "backward" ? backwardStep(active) : forwardStep(active);
}

// A teacher's words on the value that is looked at, or on the step.
function caption() {
  const { steps, nodes } = FACTS.captions;
  const node = view.hover ?? view.node;
  const step = view.pass === "backward" ? steps[view.fresh ? 0 : view.step] : null;
  const words = node !== null ? nodes[node] : (step ?? nodes[view.fresh ? null : activeNode()]);
  return words && !lookedAtFold ? [paragraph(words, "caption")] : [];
}

let controlled = null; // the leaf whose slider stands in the panel; left in place while it is dragged

function paintExplanation() {
  byId("said").replaceChildren(...caption(), ...explanation());
  const leaf = MOVABLE.includes(view.node) ? view.node : null;
  if (leaf !== controlled) byId("control").replaceChildren(...(leaf === null ? [] : [leafControl(leaf, "panel")]));
  controlled = leaf;
}

PANELS.explain = paintExplanation;
