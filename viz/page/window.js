// The window onto the picture: how large it is, what of it is in sight, and the map that shows where that is.

const LEAST = 0.05; // how small and how large a picture may be shown
const MOST = 3;
const READABLE = 0.8; // type below four fifths of its size is hard to read: beyond, the picture scrolls,
const WHOLE = 0.65; // unless a little less shows the whole of it
const MAP = 170; // the longer side of the map at most, and what part of the window
const MAP_SHARE = 0.3;
let zoom = 1;

const pane = byId("graph");
const map = byId("map");
const cardOf = (i) => LEVELS[view.level].cards.find((card) => card.members.includes(i));

function setZoom(wanted) {
  zoom = Math.max(LEAST, Math.min(MOST, wanted));
  for (const { svg, width, height } of LEVELS) {
    svg.setAttribute("width", Math.round(width * zoom));
    svg.setAttribute("height", Math.round(height * zoom));
  }
  paintMap();
}

// The same, and what is at a point of the screen stays there.
function zoomAt(wanted, x, y) {
  const before = LEVELS[view.level].svg.getBoundingClientRect();
  const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
  setZoom(wanted);
  const after = LEVELS[view.level].svg.getBoundingClientRect();
  pane.scrollBy(after.left + across * after.width - x, after.top + down * after.height - y);
}

function zoomBy(factor) {
  const { left, top, width, height } = pane.getBoundingClientRect();
  zoomAt(zoom * factor, left + width / 2, top + height / 2);
}

const fitting = ({ width, height } = LEVELS[view.level]) =>
  Math.min(1.25, (pane.clientWidth - 2) / width, (pane.clientHeight - 2) / height);
const readable = () => (fitting() >= WHOLE ? fitting() : READABLE);

// The finest level that can be seen whole; the coarsest, if none can.
function levelThatFits() {
  const k = LEVELS.findIndex((level) => fitting(level) >= WHOLE);
  return k < 0 ? LEVELS.length - 1 : k;
}

// Scroll only as far as is needed; or, for one that was searched for, to the middle.
function bringIntoView(i, inMiddle) {
  const place = pane.getBoundingClientRect();
  const box = cardOf(i)?.group.getBoundingClientRect();
  if (!box) return;
  const most = inMiddle ? Infinity : 150; // its neighbours are seen too
  const past = (low, high, from, to) => {
    const margin = Math.min(most, (to - from) / (inMiddle ? 2 : 4) - (inMiddle ? (high - low) / 2 : 0));
    return low < from + margin ? low - from - margin : high > to - margin ? high - to + margin : 0;
  };
  const left = past(box.left, box.right, place.left, place.right);
  const top = past(box.top, box.bottom, place.top, place.bottom);
  if (left || top) pane.scrollBy({ left, top, behavior: calm.matches || playing === null ? "auto" : "smooth" });
}

// Where a picture begins: a value of the card that stands furthest to the left.
function leftmost() {
  const places = LEVELS[view.level].cards.map((card) => [card.group.getBoundingClientRect().left, card.members[0]]);
  return places.reduce((one, other) => (other[0] < one[0] ? other : one))[1];
}

// --- the map ---

let isMapDue = false;

// Once for all that changes at a time, for to ask what is in sight makes the browser lay out the page.
function paintMap() {
  if (isMapDue) return;
  isMapDue = true;
  queueMicrotask(paintMapNow);
}

// Every card as a mark in the colour of its gradient; what is in sight as a frame.
function paintMapNow() {
  isMapDue = false;
  const { width, height, cards } = LEVELS[view.level];
  const isWhole = width * zoom <= pane.clientWidth + 1 && height * zoom <= pane.clientHeight + 1;
  map.classList.toggle("gone", isWhole);
  if (isWhole) return;
  if (map.level !== view.level) {
    map.level = view.level;
    map.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const scale = Math.min(MAP, MAP_SHARE * pane.clientWidth) / Math.max(width, height);
    map.setAttribute("width", Math.max(24, width * scale));
    map.setAttribute("height", Math.max(24, height * scale));
    map.replaceChildren(...cards.map((card) => (card.mark ??= markOf(card))), drawn("rect", { class: "sight" }));
  }
  for (const { mark, chip } of cards) setRoles(mark, chip.getAttribute("class"));
  const place = { x: pane.scrollLeft / zoom, y: pane.scrollTop / zoom, width: pane.clientWidth / zoom, height: pane.clientHeight / zoom };
  for (const [name, x] of Object.entries(place)) map.lastElementChild.setAttribute(name, Math.round(x));
}

function markOf({ group }) {
  const { e, f } = group.transform.baseVal.consolidate().matrix;
  const { width, height } = group.firstElementChild;
  return drawn("rect", { x: e, y: f, width: width.baseVal.value, height: height.baseVal.value });
}

function wireWindow() {
  pane.addEventListener("scroll", paintMap);
  const observer = new ResizeObserver(paintMap);
  observer.observe(pane);
  leaving.signal.addEventListener("abort", () => observer.disconnect());
  const go = ({ clientX, clientY, buttons }) => {
    if (!buttons) return;
    const box = map.getBoundingClientRect();
    const { width, height } = LEVELS[view.level];
    const middle = (at, from, length, whole, seen) => ((at - from) / length) * whole * zoom - seen / 2;
    pane.scrollTo(
      middle(clientX, box.left, box.width, width, pane.clientWidth),
      middle(clientY, box.top, box.height, height, pane.clientHeight),
    );
  };
  map.addEventListener("pointerdown", (event) => (map.setPointerCapture(event.pointerId), go(event)));
  map.addEventListener("pointermove", go);
  pane.addEventListener("wheel", turnWheel, { passive: false });
  wireFingers();
}

// A wheel with Ctrl, and two fingers on a touchpad, which browsers report as that.
function turnWheel(event) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoomAt(zoom * 2 ** (-event.deltaY / (event.deltaMode ? 6 : 200)), event.clientX, event.clientY);
}

// Two fingers on a screen zoom; a mouse drags the picture along by what is between its cards.
function wireFingers() {
  const fingers = new Map();
  let apart = 0;
  let dragged = 0; // how far: a click at the end of it is none
  const spread = () => {
    const [one, other] = [...fingers.values()];
    return [Math.hypot(one.x - other.x, one.y - other.y), (one.x + other.x) / 2, (one.y + other.y) / 2];
  };
  pane.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    dragged = 0;
    if (fingers.size === 2) [apart] = spread();
  });
  pane.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      const [now, x, y] = spread();
      zoomAt((zoom * now) / apart, x, y);
      apart = now;
    } else if (event.pointerType === "mouse" && event.buttons === 1) {
      const [left, top] = [before.clientX - event.clientX, before.clientY - event.clientY];
      dragged += Math.abs(left) + Math.abs(top);
      pane.scrollBy(left, top);
    }
  });
  pane.addEventListener("click", (event) => dragged > 5 && event.stopImmediatePropagation(), { capture: true });
  for (const end of ["pointerup", "pointercancel", "pointerleave"])
    pane.addEventListener(end, ({ pointerId }) => fingers.delete(pointerId));
}

