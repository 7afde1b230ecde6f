// Tensors of an answer, { shape: [2, 3], data: [six numbers, row by row] }: their parts and their text.

/** All numbers, as an array. Those that JSON lacks are words there, such as "NaN". */
export function numbersOf(tensor) {
  return tensor.data.map(Number);
}

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

/** A shape as the library prints it: (2, 3), (3,) or (). */
export function shapeText(shape) {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** The indices of a dim, "0", "1", ..., as names of rows or columns. */
export function indexNames(size) {
  return Array.from({ length: size }, (_, i) => String(i));
}
