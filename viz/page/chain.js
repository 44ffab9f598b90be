// The chain rule at one node, as MathML: in symbols, then in numbers, one term a row.

const MATHML = "http://www.w3.org/1998/Math/MathML";

function math(tag, ...children) {
  const element = document.createElementNS(MATHML, tag);
  element.append(...children);
  return element;
}

// What Python wrote: the number of a shape, and what fills its gaps, in order: text, or a node for its symbol.
function written([shape, ...fillings]) {
  const next = () => {
    const filling = fillings.shift();
    return typeof filling === "number" ? written(FACTS.symbols[filling]) : filling;
  };
  return shaped(FACTS.shapes[shape], next);
}

// A shape is [element, {attributes}, child, ...], the text of a sign, or 0 for a gap.
function shaped(shape, next) {
  if (shape === 0) return next();
  if (typeof shape === "string") return shape;
  const [tag, ...parts] = shape;
  const element = math(tag);
  for (const part of parts) {
    if (part === 0 || typeof part === "string" || Array.isArray(part)) element.append(shaped(part, next));
    else for (const [name, value] of Object.entries(part)) element.setAttribute(name, value);
  }
  return element;
}

// Of a graph too big for symbols the names of its values.
const symbolOf = (i) => (FACTS.symbols ? written(FACTS.symbols[i]) : math("mtext", nameOf(i)));

function rootSymbol() {
  if (ROOTS.size === 1) return symbolOf(ROOT);
  const sum = FACTS.root ? written(FACTS.root) : math("mtext", FACTS.roots.map(nameOf).join(" + "));
  return math("mrow", math("mo", "("), sum, math("mo", ")"));
}

function partial(under) {
  const d = (of) => math("mrow", math("mo", "\u2202"), of);
  return math("mfrac", d(rootSymbol()), d(symbolOf(under)));
}

// A term of the rule at the operand of an edge: in symbols; or, without these, the number of the local derivative.
const termOf = (e) =>
  FACTS.terms ? written(FACTS.terms[e]) : math("mrow", mathNumber(numbers.locals[e], true), math("mo", "\u00b7"), partial(TARGETS[e]));

function mathNumber(x, brackets) {
  const text = number(x);
  const [mantissa, exponent] = text.split("e");
  const parts = [];
  if (mantissa.startsWith(NUMBERS.minus)) parts.push(math("mo", NUMBERS.minus));
  const size = mantissa.replace(NUMBERS.minus, "");
  parts.push(size === "inf" ? math("mi", "\u221e") : size === "nan" ? math("mi", "nan") : math("mn", size));
  if (exponent) parts.push(math("mo", "\u00d7"), math("msup", math("mn", "10"), mathExponent(exponent)));
  const written = math("mrow", ...parts);
  return brackets && x < 0 ? math("mrow", math("mo", "("), written, math("mo", ")")) : written;
}

function mathExponent(text) {
  const [sign, size] = text.startsWith(NUMBERS.minus) ? [[math("mo", NUMBERS.minus)], text.slice(1)] : [[], text];
  return math("mrow", ...sign, math("mn", size));
}

function row(left, sign, term) {
  const cells = [
    ["lhs", left],
    ["sign", math("mo", sign)],
    ["term", term],
  ].map(([name, content]) => {
    const cell = content ? math("mtd", content) : math("mtd");
    cell.setAttribute("class", name);
    return cell;
  });
  return math("mtr", ...cells);
}

// ∂root/∂node in symbols; and, if it is to be told, in numbers, and as one number.
function chainRule(i, told = true) {
  const edges = flowsInto(i);
  const rows = [];
  const add = (terms) =>
    terms.forEach((term, k) => rows.push(row(rows.length ? null : partial(i), k ? "+" : "=", term)));
  const product = (e) =>
    math(
      "mrow",
      mathNumber(numbers.locals[e], true),
      math("mo", "\u00b7"),
      mathNumber(numbers.gradients[TARGETS[e]], true),
    );
  const seed = () => (ROOTS.has(i) ? [math("mn", "1")] : []);
  if (edges.length || !ROOTS.has(i)) {
    add([...seed(), ...edges.map(termOf)]);
    if (told) add([...seed(), ...edges.map(product)]);
  }
  if (told || !rows.length) add([mathNumber(ARRIVED.get(i) ?? numbers.gradients[i] ?? 0)]);
  const table = math("mtable", ...rows);
  table.setAttribute("displaystyle", "true");
  const whole = math("math", table);
  whole.setAttribute("display", "block");
  return whole;
}

// Derivatives that the rule only names, such as sigma'(x), and their formulas.
function namedDerivatives(i) {
  const names = new Set(
    flowsInto(i)
      .map((e) => operation(TARGETS[e]).name)
      .filter((name) => name in FACTS.primes),
  );
  return [...names].map((name) => {
    const [left, right] = FACTS.primes[name].map(written);
    return math("math", left, math("mo", "="), right);
  });
}
