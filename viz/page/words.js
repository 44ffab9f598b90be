// Arithmetic in words.

const inBrackets = (text) => (text.startsWith(MINUS) ? `(${text})` : text);

// A value in terms of its operands' numbers: 0.5000·(−1.2000).
function withNumbers(i) {
  const op = operation(i);
  const operands = edgesFrom(i).map((e) => number(numbers.data[SOURCES[e]]));
  const shown = op.call ? operands : operands.map(inBrackets);
  if (op.form.includes("{*}")) return op.form.replace("{*}", () => operands.join(", "));
  return op.form.replace(/\{(\d)\}/g, (_, k) => shown[k]);
}

const flowsInto = (i) => USES[i].filter((e) => numbers.flows[e] !== null);
const product = (e) => `${number(numbers.locals[e])} \u00b7 ${inBrackets(number(numbers.gradients[TARGETS[e]]))}`;

// "a1[1].grad += 1.2027 · 0.2522 = +0.3034".
function flowInWords(e) {
  const name = FACTS.names[SOURCES[e]];
  const flow = numbers.flows[e];
  if (flow === null) return `${name}.grad += 0: the gate is closed`;
  const op = operation(TARGETS[e]);
  const how = op.gated ? `the gate is open, ${signed(flow)}` : `${product(e)} = ${signed(flow)}`;
  return `${name}.grad += ${how}`;
}

const LEAF_KINDS = { input: "input", parameter: "param", constant: "const" };
const kindOf = (i) => operation(i)?.symbol ?? LEAF_KINDS[FACTS.kinds[i]];

function describeCard(card, gradients) {
  const words = card.folded ? [card.name, plural(card.members.length, "value")] : [card.name, kindOf(card.node)];
  if (card.node !== null) words.push(hasData(card.node) ? `value ${number(numbers.data[card.node])}` : "no value yet");
  if (!card.folded) {
    const gradient = gradients[card.node];
    words.push(gradient === null ? "no gradient yet" : `gradient ${signed(gradient)}`);
    if (USES[card.node].length > 1) words.push(`sum of ${USES[card.node].length} flows`);
  }
  return words.join(", ");
}
