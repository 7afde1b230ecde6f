// Places the boxes of a graph in layers, from left to right: each box right of its inputs. An edge that spans
// several layers has a place of its own in each layer between, so it passes no box. The order in the layers is
// improved in sweeps: each place moves to the mean of its neighbours.

const gapAcross = 46; // between layers
const gapDown = 14; // between the boxes of a layer
const sweeps = 8;

/** Each box's layer: one more than the last of its inputs. A number stands just left of its first user. */
function layersOf(boxes) {
  const layers = [];
  boxes.forEach((box, i) => {
    layers[i] = box.inputs.length === 0 ? 0 : 1 + Math.max(...box.inputs.map((input) => layers[input]));
  });
  boxes.forEach((box, i) => {
    if (!box.isNumber) return;
    const users = boxes.flatMap((user, j) => (user.inputs.includes(i) ? [layers[j]] : []));
    if (users.length > 0) layers[i] = Math.max(0, Math.min(...users) - 1);
  });
  return layers;
}

/** Places of boxes and of the edges that pass between them, and the chains of places that each edge visits. */
function placesOf(boxes, layers) {
  const places = boxes.map((box, i) => ({
    layer: layers[i],
    width: box.width,
    height: box.height,
    links: [],
  }));
  const edges = [];
  boxes.forEach((box, to) =>
    box.inputs.forEach((from, slot) => {
      const chain = [from];
      for (let layer = layers[from] + 1; layer < layers[to]; ++layer) {
        chain.push(places.push({ layer, width: 0, height: 4, links: [] }) - 1);
      }
      chain.push(to);
      for (let i = 1; i < chain.length; ++i) {
        places[chain[i - 1]].links.push(chain[i]);
        places[chain[i]].links.push(chain[i - 1]);
      }
      edges.push({ from, to, slot, chain });
    }),
  );
  return { places, edges };
}

const middle = (place) => place.y + place.height / 2;
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Sets the places of a layer below each other, as near to their wishes as their order allows. */
function stack(layer) {
  let bottom = -Infinity;
  for (const place of layer) {
    place.y = Math.max(place.wish - place.height / 2, bottom + gapDown);
    bottom = place.y + place.height;
  }
  const shift = mean(layer.map((place) => place.wish - middle(place)));
  for (const place of layer) place.y += shift;
}

function arrange(columns, places) {
  for (const column of columns) {
    column.forEach((place, i) => {
      place.wish = i;
    });
    stack(column);
  }
  for (let sweep = 0; sweep < sweeps; ++sweep) {
    const goesRight = sweep % 2 === 0;
    for (const column of goesRight ? columns : [...columns].reverse()) {
      for (const place of column) {
        const beside = place.links.map((i) => places[i]);
        const before = beside.filter((other) =>
          goesRight ? other.layer < place.layer : other.layer > place.layer,
        );
        const seen = before.length > 0 ? before : beside;
        place.wish = seen.length > 0 ? mean(seen.map(middle)) : middle(place);
      }
      if (sweep < sweeps - 2) column.sort((one, other) => one.wish - other.wish);
      stack(column);
    }
  }
}

/**
 * @param {{inputs: number[], width: number, height: number, isNumber: boolean}[]} boxes each after its inputs
 * @returns {{width: number, height: number, places: {x: number, y: number}[],
 *   edges: {from: number, to: number, points: number[][]}[]}} where each box stands, and what each edge passes
 */
export function layout(boxes) {
  const { places, edges } = placesOf(boxes, layersOf(boxes));
  const columns = [];
  for (const place of places) (columns[place.layer] ??= []).push(place);
  arrange(columns, places);

  const top = Math.min(...places.map((place) => place.y));
  let x = 0;
  for (const column of columns) {
    const width = Math.max(...column.map((place) => place.width));
    for (const place of column) {
      if (place.width === 0) place.width = width; // an edge passes straight through the layer
      place.x = x + (width - place.width) / 2;
      place.y -= top;
    }
    x += width + gapAcross;
  }
  const ends = edges.map(({ from, to, slot, chain }) => {
    const points = chain.slice(1, -1).flatMap((i) => [
      [places[i].x, middle(places[i])],
      [places[i].x + places[i].width, middle(places[i])],
    ]);
    const start = [places[from].x + places[from].width, middle(places[from])];
    const share = (slot + 1) / (boxes[to].inputs.length + 1);
    return {
      from,
      to,
      points: [start, ...points, [places[to].x, places[to].y + share * places[to].height]],
    };
  });
  return {
    width: x - gapAcross,
    height: Math.max(...places.map((place) => place.y + place.height)),
    places: places.slice(0, boxes.length),
    edges: ends,
  };
}
