import { element } from '../../parts/dom.js';

/** What can be written, with the functions of the library. */
export function help(functions) {
  const code = (text) => element('code', {}, text);
  return element(
    'details',
    { id: 'tape-help' },
    element('summary', {}, 'What can be written'),
    element(
      'p',
      {},
      'A value is a number, or a list such as ',
      code('[1, 2]'),
      ' or ',
      code('[[1, 2], [3, 4]]'),
      '. An expression ',
      'has the names a, b and c, numbers, lists, brackets, functions and the operators ',
      code('+ - * / ^'),
      ' and ',
      code('@'),
      ', the product of matrices. Several lines, or parts between semicolons, may give names: ',
      code('d = a * b; d + d'),
      '. A dim counts from 0, or back from −1. Shapes broadcast.',
    ),
    element(
      'p',
      { class: 'tape-functions' },
      Object.values(functions).flatMap(({ usage }) => [code(usage), ' ']),
    ),
  );
}
