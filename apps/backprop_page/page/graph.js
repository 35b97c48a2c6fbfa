// The graph as SVG: what is known at a step stands in each node as a small heat map.

const shownNodes = doc.nodes.filter(n => n.kind !== "number");
const box = { width: 134, height: 64 };
const does = {
  "element-wise multiplication": "times", "element-wise division": "divided by", addition: "plus", subtraction: "minus",
  negation: "negate", matmul: "product", accu: "sum",
};

/** Rectangles for a matrix of at most 12 x 12 blocks, each the entry of it that is largest. */
function thumbnail(m, x, y, side) {
  const rows = Math.min(m.shownRows, 12), cols = Math.min(m.shownCols, 12);
  const cell = Math.min(side / rows, side / cols), parts = [];
  const left = x + (side - cell * cols) / 2, top = y + (side - cell * rows) / 2;
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < cols; ++j) {
      let largest = 0;
      for (let r = Math.floor(i * m.shownRows / rows); r < Math.floor((i + 1) * m.shownRows / rows); ++r) {
        for (let c = Math.floor(j * m.shownCols / cols); c < Math.floor((j + 1) * m.shownCols / cols); ++c) {
          if (Math.abs(m.at(r, c)) > Math.abs(largest)) largest = m.at(r, c);
        }
      }
      parts.push(make("rect", { x: (left + j * cell).toFixed(1), y: (top + i * cell).toFixed(1), width: (cell + 0.15).toFixed(2), height: (cell + 0.15).toFixed(2), style: `fill:${cellColour(m, largest)}` }));
    }
  }
  return { parts, frame: { x: left, y: top, width: cell * cols, height: cell * rows } };
}

function slot(m, x, kind) {
  const y = 24, side = 34;
  if (!m) return [make("rect", { class: "slot", x, y, width: side, height: side, rx: 3 })];
  if (m.isNumber) {
    const [at, anchor] = kind === "value" ? [x, "start"] : [box.width - 10, "end"];
    return [make("text", { class: `${kind} number`, x: at, y: y + side / 2 + 4, "text-anchor": anchor }, digits(m.values[0]))];
  }
  const { parts, frame } = thumbnail(m, x, y, side);
  return [...parts, make("rect", { class: `frame ${kind}`, ...frame })];
}

/** What stands in a node: its name, what it does, its size, its value and its adjoint as far as known. */
function nodeElement(n, [x, y], state, go) {
  const value = state.values.has(n.id) ? matrixOf(n.value) : null, adjoint = state.adjoints.get(n.id);
  const size = n.rows === 1 && n.cols === 1 ? "number" : n.size;
  const [, letters, index] = inParts(n.name), op = n.kind === "computed" ? does[n.op] ?? n.op : n.kind;
  const cut = (text, most) => (text.length <= most ? text : most < 3 ? "" : text.slice(0, most - 1) + "…"), room = Math.floor(18 - 1.4 * n.name.length);
  const heading = make("text", { class: "name", x: 10, y: 17 }, cut(letters, 13));
  if (index) heading.append(make("tspan", { dy: 3, "font-size": 10 }, index));
  heading.append(" ", make("tspan", { class: "does", dx: 3, dy: index ? -3 : 0 }, cut(op, room)));
  const inside = [heading, ...slot(value, 10, "value"), ...(n.adjoint ? slot(adjoint, 52, "adjoint") : []),
    ...(size === "number" ? [] : [make("text", { class: "size", x: box.width - 8, y: 45, "text-anchor": "end" }, size)])];
  const says = inside.map(e => e.textContent).filter(t => t).join(" ") + (size === "number" ? ", number" : "") + `, ${value ? "value known" : "no value yet"}` +
    (n.adjoint ? `, ${adjoint ? (state.complete(n.id) ? "adjoint known" : "adjoint not complete") : "no adjoint yet"}` : "");
  const click = () => go(n.id);
  return make("g", {
    class: ["node", n.kind === "computed" ? "" : "leaf", n.kind, state.current === n.id ? "current" : "", value ? "" : "waiting"].join(" "),
    transform: `translate(${x - box.width / 2},${y - box.height / 2})`, tabindex: 0, role: "button", "aria-label": says, "data-node": n.id,
    onclick: click, onkeydown: e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); click(); } },
  },
    make("rect", { class: "box", width: box.width, height: box.height, rx: 9 }),
    ...inside.flatMap(e => [e, " "]));
}

const arrow = (id, c) => make("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, make("path", { class: c, d: "M0,0 L8,4 L0,8 z" }));

/** From left to right if `wide`, else from top to bottom. */
function drawGraph(into, state, go, wide = matchMedia("(min-width: 50rem)").matches) {
  const plan = layout(shownNodes, wide, box);
  const focused = document.activeElement?.closest?.("[data-node]")?.dataset.node;
  const edges = plan.edges.map(e => {
    const flow = state.flow.get(`${e.from},${e.to}`);
    return make("path", {
      d: e.path, class: `edge ${flow ? `flow ${flow}` : state.passed.has(`${e.from},${e.to}`) ? "done" : ""}`,
      ...(flow === "down" ? { "marker-start": "url(#flow-tip)" } : { "marker-end": `url(#${flow ? "flow-tip" : "tip"})` }),
    });
  });
  const svg = make("svg", {
    viewBox: `0 0 ${plan.width.toFixed(0)} ${plan.height.toFixed(0)}`, role: "group", "aria-label": "Graph of the computation; each node leads to its step",
    style: `width:${plan.width.toFixed(0)}px;max-width:${plan.width > 1900 || !wide ? "none" : "100%"}`,  // on a phone at its own size, to be scrolled
  },
    make("defs", {}, arrow("tip", "tip"), arrow("flow-tip", "flow-tip")),
    ...edges, ...shownNodes.map(n => nodeElement(n, plan.centres.get(n.id), state, go)));
  const scrolled = into.scrollLeft;
  into.replaceChildren(svg);
  into.scrollLeft = scrolled;
  if (focused) svg.querySelector(`[data-node="${focused}"]`)?.focus({ preventScroll: true });
  const current = svg.querySelector(".current");
  if (current && into.scrollWidth > into.clientWidth) {
    const x = plan.centres.get(state.current)[0] * svg.getBoundingClientRect().width / plan.width;
    into.scrollLeft = x - into.clientWidth / 2;
  }
}
