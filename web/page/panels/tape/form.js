// The fields of the panel: an expression, the values of a, b and c, and examples.

import { element } from '../../parts/dom.js';
import { select } from '../../parts/select.js';
import { examples } from './examples.js';
import { maxCharacters, variables } from './parse.js';

export const dtypes = ['float32', 'float64'];

export class Form {
  #expression;
  #values;
  #dtype;
  #examples;
  #look;

  /** @param {() => void} onsubmit called when the fields are to be computed */
  constructor(onsubmit) {
    this.#expression = element('textarea', {
      id: 'tape-expression',
      rows: '1',
      maxlength: String(maxCharacters),
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
    });
    this.#expression.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      onsubmit();
    });
    this.#expression.addEventListener('input', () => {
      this.#leaveExample();
      this.fit();
    });
    this.#values = variables.map((name) =>
      element('input', {
        id: `tape-${name}`,
        type: 'text',
        size: '14',
        spellcheck: 'false',
        autocapitalize: 'off',
        autocomplete: 'off',
        oninput: () => this.#leaveExample(),
      }),
    );
    this.#dtype = select({ id: 'tape-dtype' }, dtypes, onsubmit);
    const titles = examples.map(({ title }, i) => [i, title]);
    this.#examples = select({ id: 'tape-example' }, [['', 'choose …'], ...titles], (value) => {
      if (value === '') return;
      this.chooseExample(Number(value));
      onsubmit();
    });
    this.#look = element('p', { class: 'note tape-look', 'aria-live': 'polite' });
    this.element = element(
      'form',
      {
        class: 'tape-form',
        onsubmit: (event) => {
          event.preventDefault();
          onsubmit();
        },
      },
      element(
        'div',
        { class: 'controls' },
        element('label', { for: 'tape-example' }, 'Example', this.#examples),
        this.#look,
      ),
      element('label', { for: 'tape-expression' }, 'Expression'),
      this.#expression,
      element(
        'div',
        { class: 'controls' },
        variables.map((name, i) =>
          element(
            'label',
            { class: 'tape-value', for: `tape-${name}` },
            element('code', {}, `${name}\u00a0=`),
            this.#values[i],
          ),
        ),
        element('label', { for: 'tape-dtype' }, 'numbers', this.#dtype),
        element('button', { class: 'primary' }, 'Record'),
      ),
    );
  }

  get state() {
    return {
      expression: this.#expression.value,
      dtype: this.#dtype.value,
      values: Object.fromEntries(variables.map((name, i) => [name, this.#values[i].value])),
    };
  }

  set state({ expression, values, dtype }) {
    this.#expression.value = expression;
    variables.forEach((name, i) => {
      this.#values[i].value = values[name];
    });
    this.#dtype.value = dtype;
    this.#leaveExample();
    this.fit();
  }

  #leaveExample() {
    this.#look.textContent = '';
    this.#examples.value = '';
  }

  /** Makes the field of the expression as high as its text. */
  fit() {
    this.#expression.style.height = 'auto';
    if (this.#expression.scrollHeight > 0)
      this.#expression.style.height = `${this.#expression.scrollHeight + 2}px`;
  }

  chooseExample(i) {
    const { expression, look, dtype = 'float32', ...values } = examples[i];
    this.state = {
      expression,
      dtype,
      values: Object.fromEntries(variables.map((name) => [name, values[name] ?? ''])),
    };
    this.#look.textContent = look;
    this.#examples.value = String(i);
  }

  /** Puts the cursor on the part of a field that is wrong: the expression, or one of a, b, c. */
  mark(field, [first, last]) {
    const input = field === 'expression' ? this.#expression : this.#values[variables.indexOf(field)];
    for (const other of [this.#expression, ...this.#values])
      other.setAttribute('aria-invalid', String(other === input));
    input.setSelectionRange(first, last);
  }

  unmark() {
    for (const input of [this.#expression, ...this.#values]) input.removeAttribute('aria-invalid');
  }
}
