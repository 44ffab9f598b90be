// What the translated functions need of Python: its errors, its `math`, its ways with sequences. True and False are
// numbers there: hence ==, isFinite and isNaN, which count them as such; ===, Number.isFinite and Number.isNaN do not.

class PythonError extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}
const DOMAIN = "ValueError";
const OVERFLOW = "OverflowError";
const ARITHMETIC = [OVERFLOW, "ZeroDivisionError"];

function raise(kind) {
  throw new PythonError(kind);
}

function isA(error, kinds) {
  if (!(error instanceof PythonError)) return false;
  return kinds.some(
    (kind) =>
      kind === error.kind || kind === "Exception" || (kind === "ArithmeticError" && ARITHMETIC.includes(error.kind)),
  );
}

const truth = (x) => (Array.isArray(x) ? x.length > 0 : typeof x === "boolean" ? x : x !== 0); // nan is true
const divide = (x, y) => (y == 0 ? raise("ZeroDivisionError") : x / y); // false is 0
const among = (x, xs) => xs.some((y) => y == x);
const join = (x, y) => (Array.isArray(x) ? [...x, ...y] : x + y);
const repeat = (xs, n) => Array.from({ length: n }, () => xs).flat();
const at = (xs, i) => (i < xs.length && i >= -xs.length ? xs.at(i) : raise("IndexError"));
const sliced = (xs, start, stop, step) => {
  if (step === 1) return xs.slice(start ?? 0, stop ?? undefined);
  const taken = [];
  const reach = (i) => (i < 0 ? i + xs.length : i);
  if (step > 0)
    for (let i = reach(start ?? 0); i < Math.min(xs.length, reach(stop ?? xs.length)); i += step) taken.push(xs[i]);
  else
    for (
      let i = Math.min(xs.length - 1, reach(start ?? xs.length - 1));
      i > (stop === null ? -1 : reach(stop));
      i += step
    )
      taken.push(xs[i]);
  return taken;
};
const range = (start, stop, step) => {
  if (stop === undefined) return range(0, start, 1);
  return Array.from(
    { length: Math.max(0, Math.ceil((stop - start) / (step ?? 1))) },
    (_, k) => start + k * (step ?? 1),
  );
};
const zip = (...lists) =>
  Array.from({ length: Math.min(...lists.map((list) => list.length)) }, (_, k) => lists.map((list) => list[k]));
const enumerate = (xs, start) => xs.map((x, k) => [k + (start ?? 0), x]);
const reduce = (f, xs, first) =>
  first === undefined ? xs.reduce((x, y) => f(x, y)) : xs.reduce((x, y) => f(x, y), first);
const largest = (...xs) => (xs.length === 1 ? xs[0] : xs).reduce((x, y) => (y > x ? y : x));
const smallest = (...xs) => (xs.length === 1 ? xs[0] : xs).reduce((x, y) => (y < x ? y : x));
const remove = (xs, x) => void xs.splice(xs.indexOf(x), 1);
const whole = (x) => (isFinite(x) ? Math.trunc(x) + 0 : raise(isNaN(x) ? DOMAIN : OVERFLOW));

// What is left of x has the sign of y; x // y is found through x % y, and not from the rounded quotient.
// Source: CPython, Objects/floatobject.c, float_rem and _float_div_mod.
function modulo(x, y) {
  if (y == 0) raise("ZeroDivisionError");
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 === y < 0 ? rest : rest + y;
}

function floorDivide(x, y) {
  if (y == 0) raise("ZeroDivisionError");
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (quotient === 0) return x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  const below = Math.floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
}

// The sum as Python 3.12 has it: what rounding loses is carried along.
function sum(xs, start) {
  let [total, lost] = [start ?? 0, 0];
  for (const x of xs) {
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return isFinite(lost) ? total + lost : total;
}

// --- math ---------------------------------------------------------------------------------------------

// Python's functions raise where IEEE 754 gives a nan or an infinity that no operand has.
function checked(f, pole) {
  return (...xs) => {
    const value = f(...xs);
    if (isNaN(value)) return xs.some(isNaN) ? value : raise(DOMAIN);
    return isFinite(value) || !xs.every(isFinite) ? value : raise(pole);
  };
}

// x · 2**n, rounded once.
function ldexp(x, n) {
  if (x == 0 || !isFinite(x)) return x;
  while (n > 1023 && isFinite(x)) [x, n] = [x * 2 ** 1023, n - 1023];
  while (n < -1022 && x !== 0) {
    const shift = Math.max(n, -969); // leaves 53 bits of room, so that only the last product rounds
    [x, n] = [x * 2 ** shift, n - shift];
  }
  return isFinite(x * 2 ** n) ? x * 2 ** n : raise(OVERFLOW);
}

function frexp(x) {
  if (x == 0 || !isFinite(x)) return [x, 0];
  const [scaled, shift] = Math.abs(x) < 2 ** -1000 ? [x * 2 ** 100, -100] : [x, 0];
  let exponent = Math.floor(Math.log2(Math.abs(scaled))) + 1;
  while (Math.abs(scaled) >= 2 ** exponent) exponent += 1;
  while (Math.abs(scaled) < 2 ** (exponent - 1)) exponent -= 1;
  return [(scaled / 2 ** (exponent - 1)) * 0.5, exponent + shift];
}

function remainder(x, y) {
  if (!isFinite(x) || y == 0) return isNaN(x) || isNaN(y) ? NaN : raise(DOMAIN);
  if (isNaN(y) || !isFinite(y)) return isNaN(y) ? y : x;
  const size = Math.abs(y);
  const rest = Math.abs(x) % size;
  const other = size - rest;
  const even = ((Math.abs(x) - rest) / size) % 2 === 0;
  const near = rest < other || (rest === other && even) ? rest : -other;
  return Object.is(x, -0) || x < 0 ? -near : near;
}

function power(x, y) {
  if (x == 1 || y == 0) return 1; // also with nan, where JavaScript has nan
  if (x === -1 && !isFinite(y) && !isNaN(y)) return 1;
  if (x == 0 && y < 0) return y === -Infinity ? Infinity : raise(DOMAIN);
  return checked(Math.pow, OVERFLOW)(x, y);
}

// erf by its series of positive terms. Source: https://dlmf.nist.gov/7.6.E2
function erf(x) {
  if (isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [1, 1];
  for (let n = 1; term > 1e-17 * total; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x) * total;
}

// erfc by its continued fraction where 1 - erf would cancel. Source: https://dlmf.nist.gov/7.9.E1
function erfc(x) {
  if (!(x > 2)) return 1 - erf(x);
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

// The exact sum, rounded once. Source: J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust
// geometric predicates", Discrete & Computational Geometry 18 (1997).
function fsum(xs) {
  if (!xs.every(isFinite)) {
    const total = xs.reduce((a, b) => a + b, 0);
    return isNaN(total) && !xs.some(isNaN) ? raise(DOMAIN) : total;
  }
  const parts = [];
  for (let x of xs) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (!isFinite(high)) raise(OVERFLOW);
      if (low !== 0) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  let k = parts.length - 1;
  let high = k < 0 ? 0 : parts[k];
  let low = 0;
  while (k > 0) {
    const x = high;
    const y = parts[--k];
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // The rest decides a tie.
  if (k > 0 && low !== 0 && low < 0 === parts[k - 1] < 0) {
    const doubled = low * 2;
    const next = high + doubled;
    if (doubled === next - high) high = next;
  }
  return high;
}

// The sum of the products of pairs, exact in whole numbers and rounded once.
function exactSum(pairs) {
  if (!pairs.every(([x, y]) => isFinite(x) && isFinite(y)))
    return pairs.reduce((total, [x, y]) => total + x * y, 0);
  const scale = 2148; // every product of two floats is a whole multiple of 2**-2148
  let total = 0n;
  for (const [x, y] of pairs) {
    const [[a, m], [b, n]] = [frexp(x), frexp(y)];
    total += (BigInt(a * 2 ** 53) * BigInt(b * 2 ** 53)) << BigInt(m + n - 106 + scale);
  }
  const size = total < 0n ? -total : total;
  const drop = BigInt(Math.max(size.toString(2).length - 53, scale - 1074));
  const [kept, rest, half] = [size >> drop, size & ((1n << drop) - 1n), 1n << (drop - 1n)];
  const rounded = Number(rest > half || (rest === half && kept & 1n) ? kept + 1n : kept);
  const exponent = Number(drop) - scale;
  const value = exponent > 971 ? Infinity : rounded * 2 ** (exponent >> 1) * 2 ** (exponent - (exponent >> 1));
  return total < 0n ? -value : value;
}

const operators = { add: (x, y) => x + y, sub: (x, y) => x - y, mul: (x, y) => x * y, truediv: divide, neg: (x) => -x };

const math = {
  acos: checked(Math.acos),
  acosh: checked(Math.acosh),
  asin: checked(Math.asin),
  asinh: Math.asinh,
  atan: Math.atan,
  atan2: Math.atan2,
  atanh: checked(Math.atanh, DOMAIN),
  cbrt: Math.cbrt,
  cos: checked(Math.cos),
  sin: checked(Math.sin),
  cosh: checked(Math.cosh, OVERFLOW),
  sinh: checked(Math.sinh, OVERFLOW),
  tan: checked(Math.tan, OVERFLOW),
  tanh: Math.tanh,
  exp: checked(Math.exp, OVERFLOW),
  exp2: checked((x) => 2 ** x, OVERFLOW),
  expm1: checked(Math.expm1, OVERFLOW),
  log: checked(Math.log, DOMAIN),
  log10: checked(Math.log10, DOMAIN),
  log1p: checked(Math.log1p, DOMAIN),
  log2: checked(Math.log2, DOMAIN),
  sqrt: checked(Math.sqrt),
  pow: power,
  hypot: checked(Math.hypot, OVERFLOW),
  fabs: Math.abs,
  fmod: checked((x, y) => x % y),
  remainder,
  ldexp,
  frexp,
  erf,
  fsum,
  erfc,
  floor: (x) => (whole(x), Math.floor(x) + 0),
  ceil: (x) => (whole(x), Math.ceil(x) + 0),
  trunc: whole,
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
  isfinite: isFinite,
  isnan: isNaN,
  isinf: (x) => x === Infinity || x === -Infinity,
  prod: (xs) => xs.reduce((x, y) => x * y, 1),
  factorial: (n) => range(2, n + 1).reduce((x, y) => x * y, 1),
};

// --- operations ---------------------------------------------------------------------------------------

let outside = false; // whether a forward raised, and the IEEE value stands for its own

// The value of an operation; what IEEE 754 gives where its forward raises.
function evaluated(forward, ieee, inputs) {
  try {
    const value = forward(...inputs);
    if (typeof value === "boolean") return Number(value);
    if (typeof value !== "number") throw new TypeError(`an operation gave ${value}, not a number`);
    return value;
  } catch (error) {
    if (!isA(error, ["ArithmeticError", DOMAIN])) throw error;
    outside = true;
    if (ieee) return ieee(...inputs);
    return error.kind === OVERFLOW ? Infinity : NaN;
  }
}

// One operation as a graph uses it, with its captured constants.
function operation(value, partials, constants) {
  return {
    // The value, and whether the inputs are inside the domain.
    evaluate(inputs) {
      outside = false;
      const result = value(...inputs, ...constants);
      return [result, !outside];
    },
    partials: (inputs, output) => partials(...inputs, ...constants, output).map(Number),
  };
}
