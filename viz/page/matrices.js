// Matrices beside the graph: the gradients of a layer as products, each entry with the value that it stands for.

const matrices = { k: null, columns: false, node: undefined };

// The layer that a node belongs to: by its weights, its z, or the a that it is made of.
function layerOf(node) {
  const has = (rows) => rows.some((row) => row.includes(node));
  const k = FACTS.matrices.findIndex(({ W, z }) => has(W) || has(z));
  return k >= 0 ? k : FACTS.matrices.findIndex(({ a }) => has(a));
}

const turn = (rows) => rows[0].map((_, c) => rows.map((row) => row[c]));

// A matrix of values: its entries are their data, or their gradients.
function matrix(rows, what, role) {
  const lines = rows.map((row, r) =>
    element("tr", {}, ...row.map((i, c) => {
      const text = what === "data" ? number(numbers.data[i]) : signed(shownGradients()[i]);
      const label = say(what === "data" ? "entry" : "gradientEntry", { name: nameOf(i), x: text });
      const button = element("button", { type: "button", "data-node": i, "data-role": role, "data-row": r, "data-column": c, title: label, "aria-label": label }, text);
      return element("td", {}, button);
    })),
  );
  return element("table", { class: "matrix" }, element("tbody", {}, ...lines));
}

// One product: what it is, and its two factors, side by side; an entry is a row of the first by a column of the other.
function productOf([name, rows], [left, leftRows, leftWhat], [right, rightRows, rightWhat]) {
  const part = (title, table) => element("div", { class: "factor" }, element("div", { class: "title" }, title), table);
  const sign = (text) => element("div", { class: "sign" }, text);
  return element("div", { class: "product" },
    part(name, matrix(rows, "grad", "product")), sign("="), part(left, matrix(leftRows, leftWhat, "left")), sign("\u00b7"), part(right, matrix(rightRows, rightWhat, "right")),
  );
}

function productsOf({ layer, W, a, z, inner }) {
  const [gW, gz, ga] = [`g[${layer}W]`, `g[${layer}z]`, `g[${layer - 1}a]`];
  const [w, before] = [`W[${layer}]`, `a[${layer - 1}]`];
  const t = "\u1d40";
  if (matrices.columns) {
    const found = [productOf([gW, turn(W)], [gz, turn(z), "grad"], [before + t, a, "data"])];
    if (inner) found.push(productOf([ga, turn(a)], [w + t, W, "data"], [gz, turn(z), "grad"]));
    return found;
  }
  const found = [productOf([gW, W], [before + t, turn(a), "data"], [gz, z, "grad"])];
  if (inner) found.push(productOf([ga, a], [gz, z, "grad"], [w + t, turn(W), "data"]));
  return found;
}

// The entries that make up the one that is looked at, and the sum they are.
function paintEntry(button, on) {
  const product = button.closest(".product");
  const { role, row, column, node } = button.dataset;
  product.querySelectorAll("button").forEach((other) => {
    const { role: part, row: r, column: c } = other.dataset;
    const made = role === "product" && ((part === "left" && r === row) || (part === "right" && c === column));
    other.classList.toggle("with", on && (other === button || made));
  });
  lookAt(on ? Number(node) : null);
  if (on) bringIntoView(Number(node));
  const values = (part, way, k) => [...product.querySelectorAll(`[data-role=${part}][data-${way}="${k}"]`)].map((one) => one.textContent);
  const [left, right] = [values("left", "row", row), values("right", "column", column)];
  const terms = left.map((x, k) => say("product", { local: x, upstream: inBrackets(right[k].replace("+", "")) }));
  setText(byId("entry"), on && role === "product" ? equals(nameOf(node), equals(terms.join(" + "), button.textContent)) : "");
}

function buildMatrices() {
  const choice = element("select", { id: "layer", "aria-label": say("layer") }, ...FACTS.matrices.map(({ layer }, k) => element("option", { value: k }, `W[${layer}]`)));
  choice.addEventListener("change", () => ((matrices.k = Number(choice.value)), PANELS.matrices()));
  const columns = element("input", { type: "checkbox", id: "columns" });
  columns.addEventListener("change", () => ((matrices.columns = columns.checked), PANELS.matrices()));
  byId("matrices").append(
    paragraph(say("matricesAbout"), "muted"),
    element("div", { class: "row" }, choice, element("label", {}, columns, say("columnVectors"))),
    element("div", { id: "products" }), element("p", { id: "entry", class: "value", role: "status" }), paragraph("", "muted"),
  );
  const products = byId("products");
  for (const [kind, on] of Object.entries({ pointerover: true, pointerout: false, focusin: true, focusout: false }))
    products.addEventListener(kind, ({ target }) => target.matches("button") && paintEntry(target, on));
}

PANELS.matrices = () => {
  if (!byId("matrices").hasChildNodes()) buildMatrices();
  if (matrices.node !== view.node && view.node !== null && layerOf(view.node) >= 0) matrices.k = layerOf(view.node);
  matrices.node = view.node;
  matrices.k ??= FACTS.matrices.length - 1;
  byId("layer").value = matrices.k;
  const layer = FACTS.matrices[matrices.k];
  byId("products").replaceChildren(...productsOf(layer));
  const z = `z[${layer.layer}]`;
  const rule = matrices.columns ? "columnRule" : "rowRule";
  setText(byId("matrices").lastElementChild, say(rule, { layer: layer.layer, before: layer.layer - 1, z }));
};
