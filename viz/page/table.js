// The same data as a table, which can be sorted.

const COLUMNS = [
  ["name", (i) => FACTS.names[i], false],
  ["kind", kindOf, false],
  ["value", (i) => (hasData(i) ? numbers.data[i] : null), true],
  ["gradient", (i) => shownNow[i], true],
];
const order = { column: null, down: false };
let shownNow = [];
let tableRows = null;

function buildTable() {
  const heads = COLUMNS.map(([name, , numeric], column) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      order.down = order.column === column ? !order.down : numeric;
      order.column = column;
      paintTable();
    });
    return element("th", { scope: "col", class: numeric ? "num" : "" }, button);
  });
  tableRows = FACTS.names.map((name, i) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => pick(i));
    const cells = COLUMNS.slice(1).map(([, , numeric]) => element("td", { class: numeric ? "num" : "" }));
    return element("tr", { "data-node": i }, element("td", {}, button), ...cells);
  });
  const body = element("tbody", {});
  byId("table").append(element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body));
}

const collator = new Intl.Collator("en", { numeric: true });

// By size where it is a gradient, so that what matters most comes first; what is missing comes last.
function compare(i, j) {
  const [name, of, numeric] = COLUMNS[order.column];
  const [x, y] = [of(i), of(j)];
  if (!numeric) return collator.compare(x, y) * (order.down ? -1 : 1);
  const key = (z) => (z === null || Number.isNaN(z) ? -Infinity : name === "gradient" ? Math.abs(z) : z);
  const [a, b] = [key(x), key(y)];
  return (a === b ? 0 : a < b ? -1 : 1) * (order.down ? -1 : 1);
}

function paintTable() {
  if (view.tab !== "table") return;
  if (!tableRows) buildTable();
  shownNow = shownGradients();
  const sorted = [...tableRows.keys()];
  if (order.column !== null) sorted.sort((i, j) => compare(i, j) || i - j);
  byId("table")
    .querySelectorAll("th")
    .forEach((head, column) => {
      const way = order.column !== column ? "none" : order.down ? "descending" : "ascending";
      setAttribute(head, "aria-sort", way);
    });
  tableRows.forEach((line, i) => {
    setText(line.cells[1], kindOf(i));
    setText(line.cells[2], hasData(i) ? number(numbers.data[i]) : "\u00b7");
    setText(line.cells[3], signed(shownNow[i]));
    line.classList.toggle("picked", i === view.node);
  });
  byId("table")
    .querySelector("tbody")
    .replaceChildren(...sorted.map((i) => tableRows[i]));
}
