// Matrices: read from the document, drawn as heat maps.

/** A matrix: plain numbers, column by column, or 16-bit multiples of `unit`; of a big one, its first entries. */
class Matrix {
  constructor(m) {
    Object.assign(this, { rows: m.rows, cols: m.cols, norm: m.norm });
    [this.shownRows, this.shownCols] = m.shown ?? [m.rows, m.cols];
    this.values = m.values ?? Matrix.unpacked(m.packed, m.unit);
    this.largest = this.values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  }
  static unpacked(text, unit) {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    return Float64Array.from(new Int16Array(bytes.buffer), x => x * unit);
  }
  at(i, j) { return this.values[i + j * this.shownRows]; }
  get isNumber() { return this.rows === 1 && this.cols === 1; }
  get isSmall() { return this.rows <= 12 && this.cols <= 8; }
  get isTiled() { return doc.tiles?.rows === this.rows && this.shownRows === this.rows; }
  /** Each entry by a function; the norm is no longer known. */
  map(f) { return new Matrix({ ...this, shown: [this.shownRows, this.shownCols], norm: null, values: Array.from(this.values, f) }); }
  plus(other) { return new Matrix({ ...this, shown: [this.shownRows, this.shownCols], norm: null, values: this.values.map((x, k) => x + other.values[k]) }); }
}
const matrices = new WeakMap();
const matrixOf = m => (matrices.has(m) || matrices.set(m, new Matrix(m)), matrices.get(m));

const minus = text => text.replace(/^-(?=[0.]*$)/, "").replaceAll("-", "−").replace("e+", "e");  // no -0.00
/** Three significant digits. */
const digits = x => minus(x === 0 || (Math.abs(x) < 1e5 && Math.abs(x) >= 1e-3) ? String(+x.toPrecision(3)) : x.toExponential(1));
/** Entries of one matrix with as many decimals. */
function entry(m, x) {
  if (m.largest >= 1e5 || m.largest < 1e-3) return digits(x);
  const whole = m.values.every(v => v === Math.round(v));
  return minus(x.toFixed(whole ? 0 : Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(m.largest))))));
}
const asText = m => m.isNumber ? digits(m.values[0])
  : m.isSmall ? Array.from({ length: m.rows }, (_, i) => Array.from({ length: m.cols }, (_, j) => entry(m, m.at(i, j)).padStart(7)).join(" ")).join("\n")
  : `${m.rows} × ${m.cols}` + (m.norm == null ? "" : `, norm ${digits(m.norm)}`);

// Zero is the paper's colour; the two signs have a pole each.
const share = (m, x) => (m.largest ? Math.abs(x) / m.largest : 0) ** 0.85;
const cellColour = (m, x) => `color-mix(in oklab, var(--${x < 0 ? "negative" : "positive"}) ${Math.round(100 * share(m, x))}%, var(--zero))`;

function rgb(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
}

function heatTable(m, label) {
  const rows = Array.from({ length: m.rows }, (_, i) => make("tr", {}, ...Array.from({ length: m.cols }, (_, j) => {
    const x = m.at(i, j);
    return make("td", { style: `background:${cellColour(m, x)}`, title: `(${i + 1},${j + 1}) ${minus(String(x))}` }, entry(m, x));
  })));
  return make("table", { class: "heat", "aria-label": label }, make("tbody", {}, ...rows));
}

/** Where entry (i, j) is in the picture: columns as tiles of pixels, or as they stand. */
function picture(m) {
  if (!m.isTiled) return { width: m.shownCols, height: m.shownRows, at: (x, y) => [y, x] };
  const { width, height } = doc.tiles, across = Math.min(5, m.shownCols), gap = 2;
  return {
    width: across * (width + gap) - gap, height: Math.ceil(m.shownCols / across) * (height + gap) - gap,
    at(x, y) {
      const tx = Math.floor(x / (width + gap)), ty = Math.floor(y / (height + gap));
      const px = x - tx * (width + gap), py = y - ty * (height + gap), j = ty * across + tx;
      return px < width && py < height && j < m.shownCols ? [py * width + px, j] : null;
    },
  };
}

function heatCanvas(m, label) {
  const p = picture(m), canvas = make("canvas", { width: p.width, height: p.height, role: "img", "aria-label": label });
  const zoom = Math.max(1, Math.min(14, Math.floor(Math.min(440 / p.width, 340 / p.height))));
  canvas.style.width = `${p.width * zoom}px`;
  const context = canvas.getContext("2d"), image = context.createImageData(p.width, p.height);
  const [zero, positive, negative] = ["--zero", "--positive", "--negative"].map(rgb);
  for (let y = 0; y < p.height; ++y) {
    for (let x = 0; x < p.width; ++x) {
      const at = p.at(x, y);
      if (!at) continue;
      const v = m.at(...at), t = share(m, v), pole = v < 0 ? negative : positive;
      image.data.set([0, 1, 2].map(c => zero[c] + t * (pole[c] - zero[c])).concat(255), 4 * (x + y * p.width));
    }
  }
  context.putImageData(image, 0, 0);
  const says = make("span", { class: "hover", "aria-hidden": "true" }, `colours to ±${digits(m.largest)}`);
  canvas.addEventListener("pointermove", e => {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor((e.clientX - box.left) / box.width * p.width), y = Math.floor((e.clientY - box.top) / box.height * p.height);
    const at = x >= 0 && y >= 0 && x < p.width && y < p.height ? p.at(x, y) : null;
    says.textContent = at ? `(${at[0] + 1},${at[1] + 1}) ${digits(m.at(...at))}` : "";
  });
  canvas.addEventListener("pointerleave", () => (says.textContent = `colours to ±${digits(m.largest)}`));
  return [canvas, says];
}

/** A matrix with its name above. */
function figure(title, m, { adjoint = false, size = `${m.rows} × ${m.cols}` } = {}) {
  const part = m.shownCols < m.cols || m.shownRows < m.rows;
  const words = title.replace(/<[^>]+>/g, "");
  const label = `${words}, ${m.rows} by ${m.cols}` + (m.norm == null ? "" : `, norm ${digits(m.norm)}`);
  const detail = (m.isNumber ? "" : ` ${size}`) + (m.norm == null || m.isSmall ? "" : `, norm ${digits(m.norm)}`) +
    (part ? `, the first ${m.shownRows < m.rows ? `${m.shownRows} rows of ` : ""}${m.shownCols} columns` : "") + (m.isTiled ? ", a tile for each column" : "");
  return make("figure", { class: adjoint && "adjoint-figure" },
    make("figcaption", {}, make("span", { html: title }), make("span", { class: "quiet" }, detail)),
    ...(m.isSmall ? [heatTable(m, label)] : heatCanvas(m, label)));
}
