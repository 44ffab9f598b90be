// The panel: the node looked at, or the step that is taken.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const paragraph = (text, name) => element("p", name ? { class: name } : {}, text);

function listOf(edges) {
  return element(
    "ul",
    { class: "sums" },
    ...edges.map((e) => {
      const flow = numbers.flows[e];
      const tone = flow === null || flow === 0 ? "none" : broken(flow) ? "broken" : flow > 0 ? "plus" : "minus";
      const line = element("li", { class: tone }, flowInWords(e));
      if (flow !== null && USES[SOURCES[e]].length > 1)
        line.append(element("span", { class: "so-far" }, `so far ${signed(numbers.totals[e])}`));
      return line;
    }),
  );
}

function forwardStep(i) {
  const name = FACTS.names[i];
  const formula = FACTS.formulas[i];
  const lines = [
    formula === name ? "" : `${name} = ${formula}`,
    `${name} = ${withNumbers(i)} = ${number(numbers.data[i])}`,
  ];
  return [
    element("h2", {}, name),
    paragraph(`Step ${view.step} of ${lastStep()}: its operands are known, so it can be computed.`, "muted"),
    element("ul", { class: "sums" }, ...lines.filter(Boolean).map((line) => element("li", {}, line))),
    ...outsideWords(i),
  ];
}

function outsideWords(i) {
  return numbers.outside.has(i)
    ? [paragraph(`${operation(i).name} is outside its domain here: it needs ${operation(i).domain}.`)]
    : [];
}

function backwardStep(i) {
  const edges = edgesFrom(i);
  const gradient = numbers.gradients[i];
  const said = [
    element("h2", {}, FACTS.names[i]),
    paragraph(`Step ${view.step} of ${lastStep()}: every flow into it has arrived.`, "muted"),
    element("p", { class: "value" }, `${FACTS.names[i]}.grad = ${signed(gradient ?? 0)}`),
  ];
  if (ROOTS.has(i)) said.push(paragraph(`The pass starts here, with \u2202${FACTS.names[i]}/\u2202${FACTS.names[i]} = 1.`));
  said.push(...hookWords(i));
  if (gradient === null) return [...said, paragraph("No flow reaches it, so nothing goes on.")];
  if (!edges.length) return [...said, paragraph("A leaf: the gradient stays here.")];
  const formula = FACTS.formulas[i];
  if (formula && formula !== FACTS.names[i])
    said.push(element("p", { class: "value muted" }, `${FACTS.names[i]} = ${formula}`));
  return [
    ...said,
    element("h3", {}, "It passes on: local derivative \u00b7 its gradient"),
    listOf(edges),
    ...outsideWords(i),
  ];
}

function hookWords(i) {
  if (!REPLACED.has(i)) return [];
  return [paragraph(`A hook changed this gradient: ${signed(ARRIVED.get(i))} \u2192 ${signed(REPLACED.get(i))}.`)];
}

// What the node holds in Python; of the graph as it was built, so not once a leaf was moved.
const heldWords = (i) => (FACTS.notes[i] && !isMoved() ? [paragraph(FACTS.notes[i], "held")] : []);

function beforeFirst() {
  const words =
    view.pass === "backward"
      ? "The backward pass visits every value once, from the root to the leaves. Each passes its gradient on to its operands."
      : "The leaves are given. The forward pass computes each value once its operands are known.";
  return [
    element("h2", {}, view.pass === "backward" ? "Backward pass" : "Forward pass"),
    paragraph(words),
    paragraph("Step on with the right arrow key.", "muted"),
  ];
}

const exactly = (x) => (isRounded(x) ? `, exactly ${x}`.replace("-", MINUS) : "");

// The largest gradients first; those that are not finite before all.
function byGradient(i, j) {
  const [x, y] = [sizeOf(numbers.gradients[i] ?? 0), sizeOf(numbers.gradients[j] ?? 0)];
  return x === y ? 0 : y > x ? 1 : -1;
}

// What the values hold in Python beside this pass: of some, for many may.
function heldInPython() {
  const told = Object.keys(FACTS.notes).filter((i) => FACTS.kinds[i] !== "constant");
  const lines = [FACTS.began, ...told.slice(0, 2).map((i) => FACTS.notes[i])];
  if (told.length > 2) lines.push(`The same of ${plural(told.length - 2, "other value")}.`);
  return lines.filter(Boolean).map((text) => paragraph(text, "held"));
}

function overview() {
  const roots = FACTS.roots.map((root) => `${FACTS.names[root]} = ${number(numbers.data[root])}`).join(", ");
  const what = FACTS.roots.map((root) => FACTS.names[root]).join(" + ");
  const largest = LEAVES.filter((i) => FACTS.kinds[i] === "parameter" || FACTS.kinds[i] === "input")
    .sort(byGradient)
    .slice(0, 3);
  const said = [
    element("h2", {}, roots),
    paragraph(`${plural(SIZE, "value")}, each with its gradient: how fast ${what} changes as it changes.`),
    ...(isMoved() ? [] : heldInPython()),
    paragraph(
      "Play or step through the passes with the buttons or the arrow keys. Point at a value, tap it or Tab to it for its chain rule.",
    ),
  ];
  if (!LEVELS_FULL)
    said.push(
      paragraph(
        "This graph is too big for a card per value: the picture is folded, the table and the steps have them all.",
        "muted",
      ),
    );
  if (!largest.length) return said;
  return [
    ...said,
    element("h3", {}, "Leaves with the largest gradients"),
    element(
      "ul",
      { class: "sums" },
      ...largest.map((i) => {
        const gradient = numbers.gradients[i] ?? 0;
        return element(
          "li",
          { class: broken(gradient) ? "broken" : gradient > 0 ? "plus" : gradient < 0 ? "minus" : "none" },
          `${FACTS.names[i]}.grad = ${signed(gradient)}`,
        );
      }),
    ),
  ];
}

function nodeWords(i) {
  const flows = flowsInto(i);
  const place = [kindOf(i), FACTS.scopes[i]].filter(Boolean).join(" \u00b7 ");
  const said = [element("h2", {}, FACTS.names[i]), paragraph(place, "muted")];
  if (FACTS.formulas[i])
    said.push(
      element(
        "p",
        { class: "value" },
        `${FACTS.names[i] === FACTS.formulas[i] ? "" : `= ${FACTS.formulas[i]} `}= ${number(numbers.data[i])}${exactly(numbers.data[i])}`,
      ),
    );
  else said.push(element("p", { class: "value" }, `value ${number(numbers.data[i])}${exactly(numbers.data[i])}`));
  said.push(...outsideWords(i), ...hookWords(i), ...heldWords(i));
  const count =
    ROOTS.has(i) && !flows.length
      ? "The root: its gradient is 1"
      : flows.length
        ? `${plural(flows.length, "flow")} in`
        : "No flow reaches it";
  said.push(element("h3", {}, count));
  if (flows.length)
    said.push(
      element(
        "ul",
        { class: "sums" },
        ...flows.map((e) => {
          const flow = numbers.flows[e];
          return element(
            "li",
            { class: broken(flow) ? "broken" : flow > 0 ? "plus" : flow < 0 ? "minus" : "none" },
            `through ${FACTS.names[TARGETS[e]]}: ${product(e)} = ${signed(flow)}`,
          );
        }),
      ),
    );
  said.push(element("h3", {}, "Chain rule"), element("div", { class: "chain" }, chainRule(i)));
  const named = namedDerivatives(i);
  if (named.length) said.push(element("p", { class: "muted" }, "where ", ...named));
  return said;
}

function foldWords(card) {
  const largest = [...card.members]
    .sort(byGradient)
    .slice(0, 12);
  return [
    element("h2", {}, card.name),
    paragraph(`${plural(card.members.length, "value")}, the largest gradients first`, "muted"),
    element(
      "ul",
      { class: "sums" },
      ...largest.map((i) => element("li", {}, `${FACTS.names[i]}: ${signed(numbers.gradients[i] ?? 0)}`)),
    ),
  ];
}

let lookedAtFold = null; // the card of a fold under the pointer

function paintExplanation() {
  const node = view.hover ?? view.node;
  const active = activeNode();
  const said = lookedAtFold
    ? foldWords(lookedAtFold)
    : node !== null
      ? nodeWords(node)
      : view.fresh
        ? overview()
        : active === null
          ? beforeFirst()
          : view.pass === "backward"
            ? backwardStep(active)
            : forwardStep(active);
  byId("said").replaceChildren(...said);
  paintControl();
}

let controlled = null; // the leaf whose slider stands in the panel; left in place while it is dragged

function paintControl() {
  const leaf = MOVABLE.includes(view.node) ? view.node : null;
  if (leaf !== controlled) byId("control").replaceChildren(...(leaf === null ? [] : [leafControl(leaf, "panel")]));
  controlled = leaf;
}
