// Quiz: the gradients are blank, and asked for one after the other; a wrong answer is told the slip that gives it.

const BLANKS = new Set(FACTS.blanks);
const quiz = { node: FACTS.blanks[0], answers: new Map(), remark: "", shown: "", tone: "" };
let quizParts = null;

const isAnswered = (i) => quiz.answers.get(i)?.done ?? false;
const asked = () => quiz.node;
let known = { size: -1, of: [] };

// Beside those that were answered, the values without a name, once all that their flows come from is known.
function isKnown(i) {
  const size = [...quiz.answers.values()].filter(({ done }) => done).length;
  if (known.size !== size) {
    known = { size, of: new Array(SIZE).fill(false) };
    for (let k = ROOT; k >= 0; k--)
      known.of[k] = BLANKS.has(k) ? isAnswered(k) : USES[k].every((e) => known.of[TARGETS[e]]);
  }
  return known.of[i];
}
const answeredGradients = () => FACTS.names.map((_, i) => (isKnown(i) ? (numbers.gradients[i] ?? 0) : null));

// The finite number or fraction that was typed; NaN if it is none.
function parseAnswer(typed) {
  const [top, bottom, ...more] = typed.replace(/\s/g, "").replaceAll(NUMBERS.minus, "-").split("/");
  const whole = (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN);
  const x = bottom === undefined ? whole(top) : whole(top) / whole(bottom);
  return Number.isFinite(x) && !more.length ? x : NaN;
}

// As agrees() in Python: to a part of the truth, or to the last digit that was typed, of three or more.
function agrees(claim, truth, scale) {
  const off = Math.abs(claim - truth);
  if (claim === truth || number(claim) === number(truth)) return true;
  if (off <= Math.max(QUIZ.close * Math.abs(truth), 1e-12 * scale)) return true;
  const [mantissa, exponent] = Math.abs(claim).toExponential().split("e");
  const digits = mantissa.replace(".", "").length;
  return digits >= QUIZ.typed && off <= 1.001 * 10 ** (Number(exponent) - digits + 1);
}

// Every slip of the table at node i, with the number that it gives.
function* slipsAt(i) {
  const edges = flowsInto(i);
  const flows = edges.map((e) => numbers.flows[e]);
  const total = numbers.gradients[i] ?? 0;
  const about = { node: nameOf(i), n: fill(QUIZ.reach, { n: edges.length }) };
  for (const slip of QUIZ.slips) {
    if (edges.length < slip.least) continue;
    if (slip.gather && slip.gather !== "only") {
      const product = flows.reduce((a, b) => a * b, 1);
      yield [slip.gather === "product" ? product : Number(slip.gather) * total, fill(slip.words, about)];
      continue;
    }
    for (const [k, e] of edges.entries()) {
      const here = { ...about, child: nameOf(TARGETS[e]), flow: signed(flows[k]) };
      if (slip.gather) {
        yield [flows[k], fill(slip.words, here)];
        continue;
      }
      const upstream = slip.upstream ? 1 : numbers.gradients[TARGETS[e]];
      for (const [local, rule] of wrongLocals(slip.local, e)) yield [total - flows[k] + local * upstream, fill(slip.words, { ...here, rule })];
    }
  }
}

// The wrong local derivatives along an edge, by the code of the table; of a rule, each with its words.
function wrongLocals(code, e) {
  const local = numbers.locals[e];
  if (code !== "rule") return [[{ "": local, "-": -local, 0: 0, 1: 1, own: numbers.data[SOURCES[e]] }[code], ""]];
  const i = TARGETS[e];
  const inputs = edgesFrom(i).map((edge) => numbers.data[SOURCES[edge]]);
  const rules = OPERATIONS ? (FACTS.rules[FACTS.ops[i]] ?? []) : [];
  return rules.map(([op, words]) => [OPERATIONS[op].partials(inputs, numbers.data[i])[e - FACTS.first[i]], words]);
}

function remarkOn(i, given) {
  const right = (x) => agrees(x, numbers.gradients[i] ?? 0, largestFlow(i));
  for (const [x, words] of slipsAt(i)) if (agrees(given, x, 0) && !right(x)) return words;
  return say("notRight");
}

const largestFlow = (i) => Math.max(0, ...flowsInto(i).map((e) => Math.abs(numbers.flows[e])));

// --- asking ---

function ask(i) {
  if (!BLANKS.has(i) || isAnswered(i)) return;
  Object.assign(quiz, { node: i, remark: "", shown: "", tone: "" });
  paint();
  bringIntoView(i);
  quizParts.field.value = "";
  quizParts.field.focus({ preventScroll: true });
}

function askNext() {
  const next = FACTS.blanks.find((i) => !isAnswered(i)) ?? null;
  if (next !== null) return ask(next);
  Object.assign(quiz, { node: null, shown: "" });
  paint();
}

const answerOf = (i) => {
  if (!quiz.answers.has(i)) quiz.answers.set(i, { name: nameOf(i), given: [], remarks: [], right: false, done: false });
  return quiz.answers.get(i);
};

function check() {
  const i = quiz.node;
  if (i === null) return;
  const given = parseAnswer(quizParts.field.value);
  if (Number.isNaN(given)) {
    Object.assign(quiz, { remark: say("notANumber", { typed: quizParts.field.value }), tone: "broken" });
    return paint();
  }
  const answer = answerOf(i);
  answer.given.push(given);
  if (agrees(given, numbers.gradients[i] ?? 0, largestFlow(i))) {
    Object.assign(answer, { gradient: numbers.gradients[i] ?? 0, right: true, done: true });
    const said = say("right", { name: nameOf(i), x: signed(numbers.gradients[i] ?? 0) });
    askNext();
    Object.assign(quiz, { remark: said, tone: "plus" });
  } else {
    quiz.remark = remarkOn(i, given);
    quiz.tone = "broken";
    answer.remarks.push(quiz.remark);
  }
  paint();
}

function solve() {
  Object.assign(answerOf(quiz.node), { gradient: numbers.gradients[quiz.node] ?? 0, done: true });
  Object.assign(quiz, { shown: "solution", remark: "" });
  paint();
}

function startQuiz() {
  quiz.answers.clear();
  askNext();
}

// The score as Python's quiz() keeps it: a line of JSON.
function saveScore() {
  const answers = [...quiz.answers.values()].filter(({ done }) => done).map(({ done, ...kept }) => kept);
  const right = answers.filter((answer) => answer.right).length;
  const line = { when: new Date().toISOString(), graph: FACTS.roots.map(nameOf).join(", "), right, asked: answers.length, answers };
  const link = element("a", { download: "score.jsonl", href: URL.createObjectURL(new Blob([JSON.stringify(line) + "\n"], { type: "application/json" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function buildQuiz() {
  const field = element("input", { type: "text", id: "answer", inputmode: "text", autocomplete: "off", "aria-label": say("answer") });
  field.addEventListener("keydown", (event) => event.key === "Enter" && check());
  const question = element("div", { class: "chain" });
  const remark = element("p", { class: "remark", role: "status" });
  const help = element("div", { class: "chain" });
  const score = paragraph("", "value");
  const asking = element("div", { class: "row" }, field, wordButton("check", check));
  const buttons = { hint: wordButton("hint", () => ((quiz.shown = "hint"), paint())), solution: wordButton("solution", solve), next: wordButton("nextQuestion", askNext) };
  byId("quiz").append(
    paragraph(say("quizAbout"), "muted"), question, asking, element("div", { class: "row" }, ...Object.values(buttons)), remark, help, score,
    element("div", { class: "row" }, wordButton("again", startQuiz), wordButton("saveScore", saveScore)),
  );
  quizParts = { field, question, remark, help, score, asking, ...buttons };
}

PANELS.quiz = () => {
  if (!quizParts) buildQuiz();
  const { field, question, remark, help, score, asking, hint, solution, next } = quizParts;
  const i = quiz.node;
  const open = i !== null && !isAnswered(i);
  asking.hidden = hint.hidden = solution.hidden = !open;
  next.hidden = i === null;
  const wanted = i === null ? paragraph(say("allAnswered")) : math("math", partial(i), math("mo", "="), math("mo", "?"));
  setAttribute(wanted, "display", "block");
  question.replaceChildren(wanted);
  field.setAttribute("aria-label", i === null ? say("answer") : say("answerOf", { name: nameOf(i) }));
  setText(remark, quiz.remark);
  remark.className = "remark " + quiz.tone;
  const named = i !== null && quiz.shown ? namedDerivatives(i) : [];
  help.replaceChildren(
    ...(i !== null && quiz.shown ? [chainRule(i, quiz.shown === "solution")] : []),
    ...(named.length ? [element("p", { class: "muted" }, say("where"), ...named)] : []),
  );
  const done = [...quiz.answers.values()].filter((answer) => answer.done);
  setText(score, say("score", { right: done.filter((answer) => answer.right).length, done: done.length, all: FACTS.blanks.length }));
};
