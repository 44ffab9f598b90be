// The same data as a table, which can be sorted, and searched by name.

const COLUMNS = [
  { of: nameOf },
  { of: kindOf },
  { of: (i) => (hasData(i) ? numbers.data[i] : null), numeric: true },
  { of: (i) => shownNow[i], numeric: true, key: Math.abs }, // by size, so that what matters most comes first
];
const order = { column: null, down: false };
const MOST_ROWS = 1000; // more would keep the browser busy
let shownNow = [];
let tableRows = null; // by node, those that were shown so far

function buildTable() {
  const kind = (numeric) => ({ class: numeric ? "num" : "" });
  const heads = COLUMNS.map(({ numeric }, column) => {
    const button = element("button", { type: "button" }, WORDS.columns[column]);
    button.addEventListener("click", () => {
      order.down = order.column === column ? !order.down : Boolean(numeric);
      order.column = column;
      paintTable();
    });
    return element("th", { scope: "col", ...kind(numeric) }, button);
  });
  tableRows = new Map();
  const body = element("tbody", {});
  byId("table").append(element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body), paragraph("", "muted"));
}

function rowOf(i) {
  if (!tableRows.has(i)) {
    const button = element("button", { type: "button" }, nameOf(i));
    button.addEventListener("click", () => pick(i));
    const cells = COLUMNS.slice(1).map(({ numeric }) => element("td", { class: numeric ? "num" : "" }));
    tableRows.set(i, element("tr", { "data-node": i }, element("td", {}, button), ...cells));
  }
  const row = tableRows.get(i);
  setText(row.cells[1], kindOf(i));
  setText(row.cells[2], hasData(i) ? number(numbers.data[i]) : NUMBERS.notComputed);
  setText(row.cells[3], signed(shownNow[i]));
  row.classList.toggle("picked", i === view.node);
  return row;
}

const collator = new Intl.Collator("en", { numeric: true });

// The order of two rows by the chosen column; what is missing comes last.
function compare(i, j) {
  const { of, numeric, key = (x) => x } = COLUMNS[order.column];
  const way = order.down ? -1 : 1;
  if (!numeric) return collator.compare(of(i), of(j)) * way;
  const [a, b] = [of(i), of(j)].map((x) => (x === null || Number.isNaN(x) ? -Infinity : key(x)));
  return (a === b ? 0 : a < b ? -1 : 1) * way;
}

function paintTable() {
  if (!tableRows) buildTable();
  shownNow = shownGradients();
  // Of many values those that are looked for, or else the first.
  const isMany = SIZE > MOST_ROWS;
  const sorted = isMany && found.length ? [...found] : [...FACTS.names.keys()];
  if (order.column !== null) sorted.sort((i, j) => compare(i, j) || i - j);
  byId("table")
    .querySelectorAll("th")
    .forEach((head, column) => {
      const way = order.column !== column ? "none" : order.down ? "descending" : "ascending";
      setAttribute(head, "aria-sort", way);
    });
  byId("table")
    .querySelector("tbody")
    .replaceChildren(...sorted.slice(0, MOST_ROWS).map(rowOf));
  const left = sorted.length - MOST_ROWS;
  setText(byId("table").lastElementChild, left > 0 ? say("rowsLeft", { n: left }) : "");
}

PANELS.table = paintTable;

// --- search: what matches a name is marked, Enter goes from one to the next ---

let found = [];
let next = 0;

function search(text) {
  const wanted = text.trim().toLowerCase();
  found = wanted ? [...FACTS.names.keys()].filter((i) => FACTS.names[i].toLowerCase().includes(wanted)) : [];
  next = 0;
  const hits = new Set(found);
  for (const level of LEVELS) {
    for (const { group, members } of level.cards)
      group.classList.toggle("hit", members.some((i) => hits.has(i)));
  }
  if (view.tab === "table" && SIZE > MOST_ROWS) paintTable();
  setText(byId("matches"), wanted ? say("matches", { n: found.length }) : "");
}

function toNextMatch() {
  if (!found.length) return;
  pick(found[next]);
  setZoom(Math.max(zoom, 1)); // its type is read in full size
  bringIntoView(found[next], true);
  next = (next + 1) % found.length;
}
