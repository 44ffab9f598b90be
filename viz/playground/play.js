// The playground: the program is read anew as it is typed, the page of the last one that could be read stays in sight.
"use strict";

const byId = (id) => document.getElementById(id);
const program = byId("program");
const WORDS = JSON.parse(document.body.dataset.words); // of the language
const state = {
  read: null, // the text that the page in sight was made of
  leaves: [], // {name, node, start, end, x, kind}: where the number of each stands in the text
  root: "",
  asking: false,
  linked: false, // whether the view is that of a link, made of this very program
  place: null, // of the fault
  view: "", // the state of the page in sight, as its address has it
  script: "", // by which the page in sight is run
};

// --- reading ---

// The program is sent at once; what is typed meanwhile, as soon as the answer is there.
async function read() {
  if (state.asking) return;
  state.asking = true;
  try {
    while (state.read !== program.value) {
      const text = program.value;
      const answer = await ask(text);
      state.read = text;
      if (answer.page === undefined) tell(answer.fault, answer.place);
      else await show(answer);
    }
  } finally {
    state.asking = false;
  }
}

async function ask(text) {
  const patience = setTimeout(() => tell(WORDS.large, null), 1000);
  try {
    const answer = await fetch("read", { method: "POST", body: text });
    return answer.ok ? await answer.json() : { fault: (await answer.text()).trim(), place: null };
  } catch {
    return { fault: WORDS.stopped, place: null };
  } finally {
    clearTimeout(patience);
  }
}

// --- a fault ---

function tell(fault, place) {
  byId("fault").hidden = !fault;
  document.body.classList.toggle("old", Boolean(fault) && pages().length > 0);
  byId("fault").textContent = !fault ? "" : place ? `${WORDS.line.replace("{n}", place[0] + 1)}${fault}${marked(place)}` : fault;
  byId("caret").hidden = !fault || !place;
  state.place = fault ? place : null;
  drawNumbers();
  placeCaret();
}

// The line of the fault with a caret beneath, cut where it would not fit.
function marked([row, column]) {
  const line = program.value.split("\n")[row] ?? "";
  const start = Math.max(0, column - 24);
  return `\n${line.slice(start, start + 38)}\n${" ".repeat(column - start)}^`;
}

function drawNumbers() {
  const rows = program.value.split("\n").map((_, row) => {
    const number = document.createElement("span");
    number.textContent = `${row + 1}\n`;
    if (state.place?.[0] === row) number.className = "at";
    return number;
  });
  byId("numbers").replaceChildren(...rows);
  byId("numbers").scrollTop = program.scrollTop;
}

function placeCaret() {
  if (!state.place) return;
  const [row, column] = state.place;
  const style = getComputedStyle(program);
  const pen = (placeCaret.pen ??= document.createElement("canvas").getContext("2d"));
  pen.font = style.font;
  const before = (program.value.split("\n")[row] ?? "").slice(0, column);
  const left = parseFloat(style.paddingLeft) + pen.measureText(before).width - program.scrollLeft;
  const top = parseFloat(style.paddingTop) + (row + 1) * parseFloat(style.lineHeight) - 5 - program.scrollTop;
  byId("caret").style.transform = `translate(${left}px, ${top}px)`;
}

// --- the page of the program ---

const pages = () => [...byId("pages").querySelectorAll("iframe")];
const inSight = () => pages().find((frame) => !frame.classList.contains("coming"));

// In the place of the one in sight, if that is run by the same script; else loaded behind it, so that nothing flickers.
async function show(answer) {
  const { root, leaves, script } = answer;
  const same = state.linked || (state.root === root && state.leaves.length === leaves.length);
  if (!state.linked) state.view = viewInSight();
  const view = same ? state.view : kept(state.view);
  if (!(script === state.script && replaced(answer, view)) && !(await loaded(answer, view))) {
    state.script = "";
    return tell(WORDS.notLoaded, null);
  }
  const frame = inSight();
  Object.assign(state, { root, leaves, script, linked: false });
  frame.title = titleOf(root);
  frame.contentWindow.chainrule.painted = follow;
  document.title = `${root || WORDS.playground} \u00b7 ${WORDS.playground}`;
  tell("", null);
  drawSliders();
  writeAddress();
}

const titleOf = (root) => WORDS.stepByStep.replace("{root}", () => root || WORDS.graph);

// Whether the page in sight could take over what is new.
function replaced({ body }, view) {
  const page = inSight()?.contentWindow;
  if (!page?.chainrule) return false;
  try {
    page.history.replaceState(null, "", "#" + view);
    page.chainrule.again(body);
  } catch {
    return false;
  }
  return true;
}

function loaded({ page, root }, view) {
  const frame = document.createElement("iframe");
  frame.title = titleOf(root);
  frame.className = "coming";
  frame.src = `page/${page}${view && "#"}${view}`; // a bare # would scroll to the frame
  return new Promise((done) => {
    frame.addEventListener("load", () => {
      const isPage = Boolean(frame.contentWindow.chainrule);
      for (const other of pages()) if (isPage === (other !== frame)) other.remove();
      frame.classList.remove("coming");
      done(isPage);
    });
    byId("pages").append(frame);
  });
}

const viewInSight = () => inSight()?.contentWindow.location.hash.slice(1) ?? "";

// Of the state of a page what holds for another graph too.
function kept(view) {
  const said = new URLSearchParams(view);
  for (const key of ["step", "node", "pass"]) said.delete(key);
  return `${said}`;
}

// The page moved a leaf, or was stepped on: the text and the address follow.
function follow() {
  const { data } = inSight().contentWindow.chainrule.numbers;
  for (const leaf of state.leaves)
    if (!Object.is(data[leaf.node], leaf.x) && Number.isFinite(data[leaf.node])) rewrite(leaf, data[leaf.node]);
  paintSliders();
  writeAddress();
}

// --- sliders ---

// Write the number of a leaf into the program; what stands behind it moves along.
function rewrite(leaf, x) {
  if (state.read !== program.value) return; // something else was typed since
  const text = String(x);
  const more = text.length - (leaf.end - leaf.start);
  program.setRangeText(text, leaf.start, leaf.end, "preserve");
  for (const other of state.leaves) {
    if (other.start > leaf.start) {
      other.start += more;
      other.end += more;
    }
  }
  leaf.end += more;
  leaf.x = x;
  state.read = program.value;
}

function drawSliders() {
  const old = [...byId("sliders").children].map((row) => row.dataset.name).join();
  if (old !== state.leaves.map((leaf) => leaf.name).join() || !old) byId("sliders").replaceChildren(...state.leaves.map(slider));
  else [...byId("sliders").children].forEach((row, k) => (row.leaf = state.leaves[k]));
  paintSliders();
}

function slider(leaf, k) {
  const row = document.createElement("div");
  Object.assign(row, { className: "leaf", leaf });
  row.dataset.name = leaf.name;
  const label = document.createElement("label");
  Object.assign(label, { textContent: leaf.name, title: leaf.name, htmlFor: `leaf${k}` });
  const reach = Math.max(2, 2 * Math.abs(leaf.x));
  const step = 10 ** Math.floor(Math.log10(reach) - 1.7);
  const input = document.createElement("input");
  Object.assign(input, { type: "range", id: `leaf${k}`, min: -roundTo(reach, step), max: roundTo(reach, step), step: "any" });
  input.addEventListener("input", () => move(row.leaf, roundTo(input.valueAsNumber, step)));
  input.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!way) return;
    event.preventDefault();
    move(row.leaf, roundTo(row.leaf.x + way * step, step));
  });
  row.append(label, input, document.createElement("output"));
  return row;
}

// To a whole number of steps, written as short as it can be.
const roundTo = (x, step) => Number((Math.round(x / step) * step).toPrecision(12));

function move(leaf, x) {
  if (state.read === program.value && Number.isFinite(x)) inSight().contentWindow.chainrule.move(leaf.node, x);
}

function paintSliders() {
  for (const row of byId("sliders").children) {
    const [, input, output] = row.children;
    if (Math.abs(row.leaf.x) > input.max) [input.min, input.max] = [-Math.abs(row.leaf.x), Math.abs(row.leaf.x)];
    if (Number(input.value) !== row.leaf.x) input.value = row.leaf.x;
    output.textContent = Number(row.leaf.x.toPrecision(6)).toString().replace("-", "\u2212");
  }
}

// --- the address, a file ---

let writing = null;

function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(writeNow, 250); // browsers take no more than a few a second
}

function writeNow() {
  clearTimeout(writing);
  state.view = viewInSight();
  const said = new URLSearchParams({ program: program.value });
  if (state.view) said.set("view", state.view);
  history.replaceState(null, "", "#" + said);
}

function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.get("program") === null) return false;
  program.value = said.get("program");
  Object.assign(state, { view: said.get("view") ?? "", linked: true });
  return true;
}

function say(words) {
  byId("status").textContent = words;
  clearTimeout(say.later);
  say.later = setTimeout(() => (byId("status").textContent = ""), 4000);
}

async function copyLink() {
  writeNow();
  try {
    await navigator.clipboard.writeText(location.href);
    say(WORDS.copied);
  } catch {
    say(WORDS.copyByHand);
  }
}

// The page is made anew of the present text, so that it begins with these numbers.
async function save() {
  const answer = await ask(program.value);
  if (answer.page === undefined) return tell(answer.fault, answer.place);
  const name = (answer.root || "graph").replace(/[^\p{L}\p{N}_-]/gu, "") || "graph";
  const link = Object.assign(document.createElement("a"), { href: `page/${answer.page}`, download: `${name}.html` });
  link.click();
  say(WORDS.saved.replace("{name}", () => name));
}

// --- the start ---

function setProgram(text) {
  program.focus();
  program.select();
  if (!document.execCommand("insertText", false, text)) program.value = text; // which can be undone, as typing can
  program.setSelectionRange(0, 0);
  program.scrollTop = 0;
}

program.addEventListener("input", () => {
  tell("", null);
  writeAddress();
  read();
});
program.addEventListener("scroll", () => {
  byId("numbers").scrollTop = program.scrollTop;
  placeCaret();
});
byId("examples").addEventListener("change", () => {
  if (byId("examples").value) setProgram(byId("examples").value);
  byId("examples").value = "";
});
byId("link").addEventListener("click", copyLink);
byId("save").addEventListener("click", save);
addEventListener("hashchange", () => {
  if (readAddress()) read();
});
addEventListener("pagehide", writeNow);
if (!readAddress()) program.value = byId("examples").options[1].value;
drawNumbers();
read();
