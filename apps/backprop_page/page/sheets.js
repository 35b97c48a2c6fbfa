// On paper: each step on a sheet of its own.

/** The graph at each step and what the step says; of many steps the first `most`, and a line that says so. */
function drawSheets(into, most = 100) {
  into.replaceChildren(...steps.slice(0, most).map((s, k) => {
    const graph = make("div", { class: "graph" }), panel = make("div", { class: "step" });
    drawGraph(graph, stateAt(k), () => {}, true);
    drawPanel(panel, k);
    return make("article", { class: "sheet" }, make("p", { class: "quiet" }, `Step ${k} of ${lastStep}`), graph, panel);
  }));
  if (steps.length > most) into.append(make("p", {}, `These are the first ${most} of ${steps.length} steps; the table has all of them.`));
  for (const f of into.querySelectorAll(".formula")) {  // a wide formula would make the browser shrink every sheet
    if (f.scrollWidth > f.clientWidth) f.style.fontSize = `${(f.clientWidth / f.scrollWidth).toFixed(2)}em`;
  }
}
