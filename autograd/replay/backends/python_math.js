// What the operations need of Python: its errors and its `math`. All numbers are floats.

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

const divide = (x, y) => (y === 0 ? raise("ZeroDivisionError") : x / y);
const whole = (f) => (x) => (isFinite(x) ? f(x) : raise(isNaN(x) ? DOMAIN : OVERFLOW));

// What is left of x has the sign of y; x // y is found through x % y, and not from the rounded quotient.
// Source: CPython, Objects/floatobject.c, float_rem and _float_div_mod.
function modulo(x, y) {
  if (y === 0) raise("ZeroDivisionError");
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 === y < 0 ? rest : rest + y;
}

function floorDivide(x, y) {
  if (y === 0) raise("ZeroDivisionError");
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (quotient === 0) return x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  const below = Math.floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
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
  if (x === 0 || !isFinite(x)) return x;
  while (n > 1023 && isFinite(x)) [x, n] = [x * 2 ** 1023, n - 1023];
  while (n < -1022 && x !== 0) {
    const shift = Math.max(n, -969); // leaves 53 bits of room, so that only the last product rounds
    [x, n] = [x * 2 ** shift, n - shift];
  }
  return isFinite(x * 2 ** n) ? x * 2 ** n : raise(OVERFLOW);
}

function frexp(x) {
  if (x === 0 || !isFinite(x)) return [x, 0];
  const [scaled, shift] = Math.abs(x) < 2 ** -1000 ? [x * 2 ** 100, -100] : [x, 0];
  let exponent = Math.floor(Math.log2(Math.abs(scaled))) + 1;
  while (Math.abs(scaled) >= 2 ** exponent) exponent += 1;
  while (Math.abs(scaled) < 2 ** (exponent - 1)) exponent -= 1;
  return [(scaled / 2 ** (exponent - 1)) * 0.5, exponent + shift];
}

function power(x, y) {
  if (x === 1 || y === 0) return 1; // also with nan, where JavaScript has nan
  if (x === -1 && !isFinite(y) && !isNaN(y)) return 1;
  if (x === 0 && y < 0) return y === -Infinity ? Infinity : raise(DOMAIN);
  return checked(Math.pow, OVERFLOW)(x, y);
}

// The exact sum, rounded once. Source: J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust
// geometric predicates", Discrete & Computational Geometry 18 (1997).
function fsum(...xs) {
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
    if (x !== 0) parts.push(x); // so that -0 alone sums to 0, as in Python
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

// The sum of the products of pairs, one after the other, exact in whole numbers and rounded once.
function exactSum(...factors) {
  const pairs = Array.from({ length: factors.length / 2 }, (_, k) => [factors[2 * k], factors[2 * k + 1]]);
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
  fmod: checked((x, y) => x % y),
  ldexp,
  fabs: Math.abs,
  floor: whole(Math.floor),
  ceil: whole(Math.ceil),
  trunc: whole(Math.trunc),
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
  isfinite: isFinite,
  isnan: isNaN,
  isinf: (x) => x === Infinity || x === -Infinity,
};

// --- operations ---------------------------------------------------------------------------------------

let outside = false; // whether a forward raised, and the IEEE value stands for its own

// The value of an operation; what IEEE 754 gives where its forward raises.
function evaluated(forward, ieee, inputs) {
  try {
    return forward(...inputs);
  } catch (error) {
    if (!isA(error, ["ArithmeticError", DOMAIN])) throw error;
    outside = true;
    if (ieee) return ieee(...inputs);
    return error.kind === OVERFLOW ? Infinity : NaN;
  }
}

// One operation as a graph uses it.
function operation(value, partials) {
  return {
    // The value, and whether the inputs are inside the domain.
    evaluate(inputs) {
      outside = false;
      const result = value(...inputs);
      return [result, !outside];
    },
    partials: (inputs, output) => partials(...inputs, output),
  };
}
