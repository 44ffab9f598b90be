// Finding values by name: what matches is marked, Enter goes from one to the next.

let found = [];
let next = 0;

function search(text) {
  const wanted = text.trim().toLowerCase();
  found = wanted ? [...FACTS.names.keys()].filter((i) => FACTS.names[i].toLowerCase().includes(wanted)) : [];
  next = 0;
  const hits = new Set(found);
  for (const level of LEVELS) {
    for (const card of level.cards)
      card.group.classList.toggle(
        "hit",
        card.members.some((i) => hits.has(i)),
      );
  }
  setText(byId("matches"), wanted ? plural(found.length, "match").replace("matchs", "matches") : "");
}

function toNextMatch() {
  if (!found.length) return;
  pick(found[next]);
  next = (next + 1) % found.length;
}
