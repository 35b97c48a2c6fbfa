// Where nodes go: layers by distance, ordered by the mean of the neighbours, and the paths between them.

/** Layers of places {id or null, before, after}: operands before what is made of them; an edge that spans
    several layers goes through a place in each. */
function layered(nodes) {
  const shown = new Set(nodes.map(n => n.id)), rank = new Map(), users = new Map(nodes.map(n => [n.id, []]));
  for (const n of nodes) for (const k of n.operands) if (shown.has(k)) users.get(k).push(n.id);
  for (const n of nodes) {
    const below = n.operands.filter(k => shown.has(k)).map(k => rank.get(k));
    rank.set(n.id, below.length ? 1 + Math.max(...below) : 0);
  }
  for (const n of nodes) {
    if (n.kind !== "computed" && users.get(n.id).length) rank.set(n.id, Math.max(0, Math.min(...users.get(n.id).map(u => rank.get(u))) - 1));
  }
  const layers = Array.from({ length: 1 + Math.max(...rank.values()) }, () => []);
  const places = new Map(), edges = [];
  const add = (id, r) => { const p = { id, rank: r, before: [], after: [], at: 0 }; layers[r].push(p); return p; };
  for (const n of nodes) places.set(n.id, add(n.id, rank.get(n.id)));
  for (const n of nodes) {
    for (const k of new Set(n.operands)) {
      if (!shown.has(k)) continue;
      const path = [places.get(k)];
      for (let r = rank.get(k) + 1; r < rank.get(n.id); ++r) path.push(add(null, r));
      path.push(places.get(n.id));
      for (let s = 1; s < path.length; ++s) { path[s - 1].after.push(path[s]); path[s].before.push(path[s - 1]); }
      edges.push({ from: k, to: n.id, path });
    }
  }
  return { layers, places, edges };
}

const mean = places => places.reduce((s, p) => s + p.at, 0) / places.length;

function arrange(layers, extent) {
  for (const layer of layers) layer.forEach((p, k) => (p.at = k));
  for (let sweep = 0; sweep < 12; ++sweep) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const wish = new Map(layer.map(p => { const near = down ? p.before : p.after; return [p, near.length ? mean(near) : p.at]; }));
      layer.sort((a, b) => wish.get(a) - wish.get(b)).forEach((p, k) => (p.at = k));
    }
  }
  // Places as near to their neighbours as their extents allow.
  const apart = (a, b) => ((a.id == null ? 0.6 : 1) + (b.id == null ? 0.6 : 1)) / 2 * extent;
  for (const layer of layers) layer.forEach((p, k) => (p.at = k ? layer[k - 1].at + apart(layer[k - 1], p) : 0));
  for (let sweep = 0; sweep < 24; ++sweep) {
    for (const layer of sweep % 2 ? layers.toReversed() : layers) {
      const wish = layer.map((p, k) => {
        const near = p.before.concat(p.after).filter(q => !p.before.length || q.before.length), all = near.length ? near : p.before;
        if (!all.length) return p.at;
        // What is computed stays level with what is made of it; a leaf stands above or below.
        const beside = p.before.length ? -1 : layer.findIndex(q => q.before.length && q.after.some(a => p.after.includes(a)));
        return mean(all) + (beside < 0 ? 0 : Math.sign(k - beside) * extent);
      });
      const low = [], high = [];
      layer.forEach((p, k) => (low[k] = k ? Math.max(wish[k], low[k - 1] + apart(layer[k - 1], p)) : wish[k]));
      for (let k = layer.length; k-- > 0;) high[k] = k + 1 < layer.length ? Math.min(wish[k], high[k + 1] - apart(layer[k], layer[k + 1])) : wish[k];
      layer.forEach((p, k) => (p.at = (low[k] + high[k]) / 2));
    }
  }
}

/** Centres of the nodes, paths of the edges, and the size of the whole, for boxes of this size. */
function layout(nodes, wide, box) {
  const { layers, places, edges } = layered(nodes);
  const extent = wide ? box.height + 18 : box.width + 14, step = wide ? box.width + 38 : box.height + 36;
  arrange(layers, extent);
  const all = layers.flat(), least = Math.min(...all.map(p => p.at)), most = Math.max(...all.map(p => p.at));
  const across = p => p.at - least + (wide ? box.height : box.width) / 2 + 6;
  const along = p => p.rank * step + (wide ? box.width : box.height) / 2 + 6;
  const point = p => (wide ? [along(p), across(p)] : [across(p), along(p)]);
  const half = wide ? [box.width / 2, 0] : [0, box.height / 2];
  const curve = ({ path }) => {
    let text = "", last;
    path.forEach((p, k) => {
      const [x, y] = point(p), end = k === 0 ? 1 : k === path.length - 1 ? -1 : 0;
      const here = [x + end * half[0], y + end * half[1]];
      if (k === 0) text = `M${here}`;
      else {
        const bend = wide ? (here[0] - last[0]) / 2 : (here[1] - last[1]) / 2;
        text += wide ? ` C${last[0] + bend},${last[1]} ${here[0] - bend},${here[1]} ${here}` : ` C${last[0]},${last[1] + bend} ${here[0]},${here[1] - bend} ${here}`;
      }
      last = here;
    });
    return text;
  };
  const length = (layers.length - 1) * step + (wide ? box.width : box.height) + 12;
  const breadth = most - least + (wide ? box.height : box.width) + 12;
  return {
    centres: new Map([...places].map(([id, p]) => [id, point(p)])),
    edges: edges.map(e => ({ from: e.from, to: e.to, path: curve(e) })),
    width: wide ? length : breadth, height: wide ? breadth : length,
  };
}
