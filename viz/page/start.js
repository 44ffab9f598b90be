// The legend, and the first picture.

function buildLegend() {
  const legend = byId("legend");
  const scale = element("span", { id: "scale" });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", 11 * 14);
  svg.setAttribute("height", 14);
  svg.setAttribute("aria-hidden", "true");
  for (let step = -STEPS; step <= STEPS; step++) {
    const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x: (step + STEPS) * 14 + 0.5, y: 0.5, width: 13, height: 13 }))
      box.setAttribute(name, value);
    box.setAttribute("class", "f-" + (step ? stepName(step) : "chip0"));
    svg.append(box);
  }
  scale.append(element("span", { id: "least" }), svg, element("span", { id: "most" }));
  legend.append(
    scale,
    element("span", { id: "links" }),
    ...FACTS.accounts.map((words) => element("span", { class: "held" }, words)),
    element("span", {}, "\u03a3k: k flows add up, the bar shows their shares"),
    element("span", { id: "matches", role: "status" }),
  );
}

function paintLegend() {
  const most = numbers.scale === null ? "0" : number(numbers.scale);
  setText(byId("least"), `gradient ${MINUS}${most}`);
  setText(byId("links"), FACTS.levels[view.level].numbers);
  setText(byId("most"), `+${most}, log scale, ${DECADES} powers of ten`);
}

// For the console of the browser: every number with all its digits.
window.chainrule = {
  names: FACTS.names,
  numbers,
  write: { number, signed, short },
  // The backward pass as Python's backward_steps() has it.
  steps: () =>
    Array.from({ length: SIZE }, (_, k) => {
      const node = ROOT - k;
      const edges = numbers.gradients[node] === null ? [] : edgesFrom(node);
      return {
        node,
        gradient: numbers.gradients[node] ?? 0,
        flows: edges.map((e) => ({ local: numbers.locals[e], contribution: numbers.flows[e] ?? 0 })),
        totals: edges.map((e) => numbers.totals[e] ?? 0),
      };
    }),
  move: moveLeaf,
};

sweepBackward();
readAddress();
paintTheme();
buildLegend();
wireLevels();
wireCards();
wireKeys();
wireButtons();
setZoom(readable());
paint();
bringIntoView(view.node ?? (view.fresh ? null : activeNode()) ?? leftmost());
