// The graph, and its two passes on the present numbers.

const FACTS = JSON.parse(document.getElementById("facts").textContent);
const real = (x) => (typeof x === "string" ? Number(x) : x); // what is not finite travels as a string

const SIZE = FACTS.names.length;
const ROOT = SIZE - 1;
const SOURCES = FACTS.sources;
const TARGETS = [];
const USES = Array.from({ length: SIZE }, () => []); // for each node the edges along which gradient flows into it
for (let i = 0; i < SIZE; i++) {
  for (let e = FACTS.first[i]; e < FACTS.first[i + 1]; e++) {
    TARGETS.push(i);
    USES[SOURCES[e]].push(e);
  }
}
const COMPUTED = FACTS.ops.flatMap((op, i) => (op < 0 ? [] : [i]));
const LEAVES = FACTS.ops.flatMap((op, i) => (op < 0 ? [i] : []));
const ROOTS = new Set(FACTS.roots); // what is differentiated; of several, their sum
// By node: the gradient that had arrived in Python, and the one by which a hook replaced it.
const byNode = (facts) => new Map(Object.entries(facts).map(([i, gradient]) => [Number(i), real(gradient)]));
const REPLACED = byNode(FACTS.replaced);
const ARRIVED = byNode(FACTS.arrived);

// What the graph was built with, and what it holds now.
const BUILT = { data: FACTS.data.map(real), locals: FACTS.locals.map(real) };
const numbers = {
  data: [...BUILT.data],
  locals: [...BUILT.locals],
  outside: new Set(), // the nodes whose operands are outside the domain
  gradients: [], // d root / d node; null where no flow arrives
  flows: [], // along each edge: local times upstream; null where a gate is closed
  totals: [], // the gradient of the edge's operand, after this flow was added
  scale: null,
};

const operation = (i) => (FACTS.ops[i] < 0 ? null : FACTS.operations[FACTS.ops[i]]);
const edgesFrom = (i) => Array.from({ length: FACTS.first[i + 1] - FACTS.first[i] }, (_, k) => FACTS.first[i] + k);

function contribution(gated, local, upstream) {
  if (gated) return local !== 0 ? upstream : null; // a gate passes or stops: it does not multiply
  return local === 1 ? upstream : local * upstream;
}

// The reverse sweep: root first, each node before its operands.
function sweepBackward() {
  const gradients = new Array(SIZE).fill(null);
  for (const root of ROOTS) gradients[root] = 1;
  for (let i = ROOT; i >= 0; i--) {
    if (REPLACED.has(i)) gradients[i] = REPLACED.get(i);
    const gated = operation(i)?.gated ?? false;
    for (let e = FACTS.first[i]; e < FACTS.first[i + 1]; e++) {
      const flow = gradients[i] === null ? null : contribution(gated, numbers.locals[e], gradients[i]);
      const source = SOURCES[e];
      if (flow !== null) gradients[source] = gradients[source] === null ? flow : gradients[source] + flow;
      numbers.flows[e] = flow;
      numbers.totals[e] = gradients[source];
    }
  }
  numbers.gradients = gradients;
  const sizes = [...gradients, ...numbers.flows].map(Math.abs).filter((size) => Number.isFinite(size) && size > 0);
  numbers.scale = sizes.length ? sizes.reduce((a, b) => Math.max(a, b)) : null;
}

// The forward pass and all local derivatives, from the operations as they are written in Python.
function sweepForward() {
  numbers.outside.clear();
  for (const i of COMPUTED) {
    const edges = edgesFrom(i);
    const inputs = edges.map((e) => numbers.data[SOURCES[e]]);
    const op = OPERATIONS[FACTS.ops[i]];
    const [value, inside] = op.evaluate(inputs);
    if (!inside) numbers.outside.add(i);
    numbers.data[i] = value;
    op.partials(inputs, value).forEach((local, k) => (numbers.locals[edges[k]] = local));
  }
}

const isMoved = () => LEAVES.some((i) => !Object.is(numbers.data[i], BUILT.data[i]));

function recompute() {
  if (isMoved()) {
    sweepForward();
  } else {
    numbers.data = [...BUILT.data];
    numbers.locals = [...BUILT.locals];
    numbers.outside.clear();
  }
  sweepBackward();
}

// The gradients after `step` nodes have had their turn: partial sums, and null where nothing has arrived.
function gradientsAt(step) {
  const gradients = new Array(SIZE).fill(null);
  for (let i = ROOT; i > ROOT - step; i--) {
    gradients[i] = numbers.gradients[i] ?? 0;
    for (let e = FACTS.first[i]; e < FACTS.first[i + 1]; e++) {
      if (numbers.flows[e] !== null) gradients[SOURCES[e]] = numbers.totals[e];
    }
  }
  return gradients;
}
