// Parts of the Tensors in an answer.

/** The numbers of tensor[index[0]][index[1]]..., row by row. */
export function part(tensor, ...index) {
  let start = 0;
  let size = tensor.data.length;
  index.forEach((place, dim) => {
    size /= tensor.shape[dim];
    start += place * size;
  });
  return tensor.data.slice(start, start + size).map(Number);
}

/** A shape as text: (1, 4, 11, 16). */
export function shapeOf(tensor) {
  return `(${tensor.shape.join(', ')})`;
}

/** 0, 1, ... as names of columns. */
export function places(size) {
  return Array.from({ length: size }, (_, i) => String(i));
}
