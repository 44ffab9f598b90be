// Words and numbers as Python writes them: WORDS, NUMBERS and SCALE are its tables.

// The words of a key, {gaps} filled in; of a pair those for `n` of something.
function say(key, values = {}) {
  return fill(WORDS[key], values);
}

function fill(given, values) {
  const words = Array.isArray(given) ? given[values.n === 1 ? 0 : 1] : given;
  return words.replace(/\{(\w+)\}/g, (_, gap) => (gap === "n" ? values.n.toLocaleString("en") : values[gap]));
}

// A number in `digits` decimals by `write`, a tie to the even digit as Python has it.
function rounded(x, digits, write) {
  const size = Math.abs(x);
  const [mantissa, exponent] = write(size, digits).split("e");
  const [long] = write(size, digits + 30).split("e");
  const kept = long.slice(0, -30);
  const tie = long.slice(-30) === "5" + "0".repeat(29) && "02468".includes(kept.at(-1));
  const power = exponent === undefined ? "" : "e" + exponent.replace("+", "").replace("-", NUMBERS.minus);
  return (x < 0 || Object.is(x, -0) ? NUMBERS.minus : "") + (tie ? kept : mantissa) + power;
}

const fixed = (x, digits) => rounded(x, digits, (size, d) => size.toFixed(d));
const scientific = (x, digits) => rounded(x, digits, (size, d) => size.toExponential(d));
const isUsual = (x, most) => x === 0 || (Math.abs(x) >= NUMBERS.least && Math.abs(x) < most);

function unusual(x) {
  return Number.isNaN(x) ? "nan" : x === Infinity ? "inf" : x === -Infinity ? NUMBERS.minus + "inf" : null;
}

function number(x) {
  return unusual(x) ?? (isUsual(x, NUMBERS.most) ? fixed(x, NUMBERS.decimals) : scientific(x, NUMBERS.mantissa));
}

// Whether it is written as a whole number and is none.
function isRounded(x) {
  return isUsual(x, NUMBERS.most) && x !== Math.round(x) && Number(x.toFixed(NUMBERS.decimals)) === Math.round(x);
}

const datum = (x) => (isRounded(x) ? NUMBERS.rounded : "") + number(x);

function signed(x) {
  if (x === null) return NUMBERS.notComputed;
  return x > 0 ? "+" + number(x) : x ? number(x) : Number.isNaN(x) ? "nan" : number(0);
}

// Few digits, for labels of links.
function short(x) {
  if (unusual(x) !== null) return unusual(x);
  if (!isUsual(x, NUMBERS.most - 0.5)) return scientific(x, NUMBERS.digits - 1);
  if (Math.abs(x) >= 10 ** NUMBERS.digits - 0.5) return fixed(x, 0);
  const power = x === 0 ? NUMBERS.digits : Number(Math.abs(x).toExponential(NUMBERS.digits - 1).split("e")[1]);
  const text = fixed(x, Math.max(0, NUMBERS.digits - 1 - power));
  const bare = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return Number(bare.replace(NUMBERS.minus, "-")) === x ? bare : text; // zeros at the end say that it was rounded
}

const inBrackets = (text) => (text.startsWith(NUMBERS.minus) ? `(${text})` : text);
const exactly = (x) =>
  isRounded(x) ? say("exactly", { x: number(x), all: `${x}`.replace("-", NUMBERS.minus) }) : number(x);
