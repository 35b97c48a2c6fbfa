// Moves: buttons, keys, the slider, the address.

const $ = id => document.getElementById(id);
let current = 0, asking = null;

const say = text => ($("live").textContent = text);
const inAddress = () => Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? 0);
const inRange = k => Math.max(0, Math.min(lastStep, Number.isFinite(k) ? k : 0));

function draw() {
  drawGraph($("graph"), stateAt(asking == null ? current : current), goToNode);
  $("slider").value = current;
  $("slider").setAttribute("aria-valuetext", `step ${current}: ${titleOf(steps[current])}`);
  $("count").textContent = `${current} of ${lastStep}`;
  for (const id of ["first", "back"]) $(id).disabled = current === 0 && asking == null;
  for (const id of ["next", "last"]) $(id).disabled = current === lastStep;
  for (const row of $("table").children) row.classList.toggle("now", Number(row.dataset.step) === current);
  if (asking != null) return;
  drawPanel($("panel"), current);
  say(`Step ${current} of ${lastStep}. ${titleOf(steps[current])}. ${sentence(current)}`);
}

function go(k, { replace = false } = {}) {
  asking = null;
  current = inRange(k);
  if (inAddress() !== current || !location.hash) history[replace ? "replaceState" : "pushState"](null, "", `#step=${current}`);
  draw();
}
/** One step on; with "predict first", a question before it. */
function forth() {
  if (current === lastStep) return;
  const q = $("predict").checked && asking == null ? question(current + 1) : null;
  if (!q) return go(current + 1);
  asking = current + 1;
  draw();
  drawQuestion($("panel"), asking, q, say, () => { go(asking); $("panel").focus({ preventScroll: true }); });
}
const back = () => (asking == null ? go(current - 1) : go(current));

/** To the step that is about a node: backward once its adjoint is there, else forward. */
function goToNode(id) {
  const backward = steps.findIndex(s => s.kind === "backward" && s.node === id), forward = steps.findIndex(s => s.kind === "forward" && s.node === id);
  const isBackward = ["seed", "backward", "simplify", "result"].includes(steps[current].kind);
  const arriving = steps.findLastIndex(s => s.kind === "backward" && s.contributions.some(c => c.to === id));
  go(isBackward ? Math.max(backward >= 0 ? backward : arriving, 0) || forward : Math.max(forward, 0));
}

$("title").textContent = doc.title;
document.title = `${doc.title}: backpropagation, a step at a time`;
$("loss").innerHTML = math(doc.loss.mathml, true);
$("loss").classList.toggle("long", isLong(doc.loss));
$("loss-text").textContent = doc.loss.text;
$("sizes").textContent = doc.sizes.map(s => `${s.name} = ${s.value}`).join(", ");
$("slider").max = lastStep;
for (const row of document.querySelectorAll("[data-op]")) row.hidden = !doc.nodes.some(n => row.dataset.op.split(" ").includes(n.op));
drawTable($("table"));
drawExercises($("questions"));

$("first").onclick = () => go(0);
$("last").onclick = () => go(lastStep);
$("back").onclick = back;
$("next").onclick = forth;
$("slider").oninput = e => go(Number(e.target.value), { replace: true });
addEventListener("popstate", () => { asking = null; current = inRange(inAddress()); draw(); });
addEventListener("hashchange", () => { if (inAddress() !== current) { asking = null; current = inRange(inAddress()); draw(); } });
addEventListener("keydown", e => {
  if (e.altKey || e.ctrlKey || e.metaKey || e.target === $("slider")) return;
  const choice = asking != null && $("panel").querySelectorAll(".choices button")[Number(e.key) - 1];
  if (choice) choice.click();
  else if (e.key === "ArrowRight") forth();
  else if (e.key === "ArrowLeft") back();
  else if (e.key === "Home") go(0);
  else if (e.key === "End") go(lastStep);
  else if (e.key === "p" || e.key === "P") $("predict").click();
  else return;
  e.preventDefault();
});
// A sheet of paper is narrower than the window, and keeps what was drawn for it.
for (const query of ["(prefers-color-scheme: dark)", "(min-width: 50rem)"]) matchMedia(query).addEventListener("change", () => before ?? draw());

// On paper: the last step's graph, then a sheet for each step, every list open.
let before = null;
addEventListener("beforeprint", () => {
  before ??= { current, asking, open: [...document.querySelectorAll("details")].filter(d => d.open) };
  document.querySelectorAll("main > details").forEach(d => (d.open = true));
  document.documentElement.classList.add("paper");
  drawGraph($("graph"), stateAt(lastStep), goToNode, false);
  drawSheets($("sheets"));
});
addEventListener("afterprint", () => {
  if (!before) return;
  document.documentElement.classList.remove("paper");
  $("sheets").replaceChildren();
  document.querySelectorAll("details").forEach(d => (d.open = before.open.includes(d)));
  before = null;
  draw();
});

current = inRange(inAddress());
draw();
