// How numbers are written: as on the cards of every other view.

const MINUS = "\u2212";

// A number in `digits` decimals by `write`, a tie to the even digit as Python has it.
function rounded(x, digits, write) {
  const size = Math.abs(x);
  const [mantissa, exponent] = write(size, digits).split("e");
  const [long] = write(size, digits + 30).split("e");
  const kept = long.slice(0, -30);
  const tie = long.slice(-30) === "5" + "0".repeat(29) && "02468".includes(kept.at(-1));
  const power = exponent === undefined ? "" : "e" + exponent.replace("+", "").replace("-", MINUS);
  return (x < 0 || Object.is(x, -0) ? MINUS : "") + (tie ? kept : mantissa) + power;
}

const fixed = (x, digits) => rounded(x, digits, (size, d) => size.toFixed(d));
const scientific = (x, digits) => rounded(x, digits, (size, d) => size.toExponential(d));

function unusual(x) {
  return Number.isNaN(x) ? "nan" : x === Infinity ? "inf" : x === -Infinity ? MINUS + "inf" : null;
}

function number(x) {
  const size = Math.abs(x);
  return unusual(x) ?? (x !== 0 && !(size >= 1e-3 && size < 1e4) ? scientific(x, 3) : fixed(x, 4));
}

// Whether it is written as a whole number and is none.
function isRounded(x) {
  const size = Math.abs(x);
  return size >= 1e-3 && size < 1e4 && x !== Math.round(x) && Number(x.toFixed(4)) === Math.round(x);
}

const datum = (x) => (isRounded(x) ? "\u2248" : "") + number(x);

function signed(x) {
  if (x === null) return "\u00b7";
  return x > 0 ? "+" + number(x) : x ? number(x) : Number.isNaN(x) ? "nan" : number(0);
}

// Three digits, for labels of links.
function short(x) {
  const size = Math.abs(x);
  if (unusual(x) !== null) return unusual(x);
  if (x !== 0 && !(size >= 1e-3 && size < 9999.5)) return scientific(x, 2);
  if (size >= 999.5) return fixed(x, 0);
  const digits = x === 0 ? 0 : Math.max(0, 2 - Number(size.toExponential(2).split("e")[1]));
  const text = fixed(x, digits);
  const bare = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return Number(bare.replace(MINUS, "-")) === x ? bare : text; // zeros at the end say that it was rounded
}

const plural = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;
