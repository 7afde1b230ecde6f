// Exercises: a line to choose or a number to fill in. The judge (web/engine/exercises/judge.hpp) runs it, and compares
// the result with the library's, or measures its gradient with gradcheck. All texts come from there, and so does
// what is right: this file does not know it.

import { element } from '../parts/dom.js';
import { failureText, setFailure } from '../parts/failure.js';
import { sources } from '../parts/sources.js';
import { Progress } from './exercises/progress.js';
import { checks } from './exercises/verdict.js';

const judgeLesson = 'lessons/07-checking-gradients/page.md';
const judgeFiles = ['core/debug/gradcheck.cpp', 'exercises/README.md'];

/** Text in which `code` stands between two backquotes. */
function prose(text) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? element('code', {}, part) : part));
}

/** The list of exercises, with the state of each. */
class List {
  /** @param {() => void} onStartOver called to forget what is solved */
  constructor(exercises, progress, onStartOver) {
    this.progress = progress;
    this.links = new Map(exercises.map(({ name, title }) => [name,
      element('a', { href: `#exercises?${name}` },
        element('span', { class: 'sign', 'aria-hidden': 'true' }), element('span', {}, title),
        element('span', { class: 'state' }))]));
    this.count = element('span', {});
    this.root = element('details', { class: 'exercise-list', open: matchMedia('(min-width: 56rem)').matches },
      element('summary', {}, this.count),
      element('ol', {}, [...this.links.values()].map((link) => element('li', {}, link))),
      element('div', { class: 'controls' },
        element('button', { type: 'button', onclick: onStartOver }, 'Start over')));
  }

  update(current) {
    for (const [name, link] of this.links) {
      const solved = this.progress.has(name);
      const [sign, , state] = link.children;
      link.classList.toggle('solved', solved);
      sign.textContent = solved ? '✓' : '○';
      state.textContent = solved ? ' solved' : ' open';
      if (name === current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.count.textContent = this.counted();
  }

  /** Such as "5 of 22 solved". */
  counted() {
    return `${this.progress.count} of ${this.links.size} solved`;
  }
}

/** The part of the form that takes the answer, and how to read it. */
function answerField(exercise) {
  if (exercise.choices) {
    const radio = (value) => element('input', { type: 'radio', name: 'answer', value });
    const radios = exercise.choices.map(radio);
    const field = element('div', { class: 'choices' },
      radios.map((one) => element('label', {}, one, element('code', {}, one.value))));
    const read = () => radios.find(({ checked }) => checked)?.value;
    return { field, read, missing: 'Choose a line first.' };
  }
  const input = element('input', { type: 'text', size: '14', autocomplete: 'off', spellcheck: 'false',
    'aria-describedby': 'number-form' });
  const field = element('div', { class: 'controls' },
    element('label', {}, element('code', {}, `${exercise.label} =`), input),
    element('span', { id: 'number-form', class: 'note' }, 'such as 0.35, 2e-3 or 3/7'));
  return { field, read: () => input.value };
}

/** One exercise: its task, the form, and what the judge says. */
class Card {
  #engine;
  #onSolved;

  /** @param {(name: string) => string} onSolved called when an answer is right; says how many are solved */
  constructor(engine, onSolved) {
    this.#engine = engine;
    this.#onSolved = onSolved;
    this.root = element('article', { class: 'exercise' });
  }

  show(exercise, next) {
    const { name, title, task, question } = exercise;
    const heading = element('h3', { tabindex: '-1', class: 'title' }, title);
    const answer = answerField(exercise);
    const button = element('button', { class: 'primary' }, 'Check');
    const summary = element('div', { class: 'summary', 'aria-live': 'polite' });
    const details = element('div', { class: 'details' });
    const onward = next
      ? element('a', { class: 'next', href: `#exercises?${next.name}` }, `Next: ${next.title} →`)
      : element('span', { class: 'note' }, 'This is the last exercise.');
    const form = element('form', { novalidate: true },
      element('fieldset', {}, element('legend', {}, question), answer.field),
      element('div', { class: 'controls' }, button));
    let waiting = false; // the judge is at work
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (waiting) return;
      const chosen = answer.read();
      details.replaceChildren();
      if (chosen === undefined) {
        summary.replaceChildren(element('p', { class: 'failure' }, answer.missing));
        return;
      }
      waiting = true;
      try {
        const verdict = await this.#engine.call('exercise_check', { name, answer: chosen });
        this.#say(exercise, verdict, summary, details);
      } catch (error) {
        summary.replaceChildren(failureText(error.message));
      }
      waiting = false;
    });
    this.root.replaceChildren(heading, ...task.map((text) => element('p', {}, prose(text))), form, summary,
      details, element('div', { class: 'controls onward' }, onward), inCpp(name));
    this.heading = heading;
  }

  #say(exercise, verdict, summary, details) {
    const failed = verdict.checks.filter(({ ok }) => !ok);
    const text = verdict.right
      ? element('p', { class: 'success' }, element('strong', {}, 'Right. '), prose(verdict.why),
        ` ${this.#onSolved(exercise.name)}.`)
      : element('p', { class: 'not-yet' }, element('strong', {}, 'Not yet. '),
        `This check fails: ${failed[0].name}. `, prose(verdict.hint));
    summary.replaceChildren(text);
    details.replaceChildren(checks(verdict));
  }
}

/** How to go on with the whole exercise in C++. */
function inCpp(name) {
  return element('aside', { class: 'in-cpp', 'aria-label': 'The whole exercise in C++' },
    element('p', {}, 'This is one step of the exercise ', element('code', {}, name),
      '. Its judge takes a whole file of C++. In a clone of the project:'),
    element('pre', { tabindex: '0' }, `scripts/judge.sh ${name}`));
}

/** Fills `section` with the panel. */
export async function start(section, engine, { entries, moved }) {
  const exercises = await engine.call('exercise_list');
  const names = exercises.map(({ name }) => name);
  const progress = new Progress(names);
  let current;
  const list = new List(exercises, progress, () => {
    progress.clear();
    show(current);
    card.heading.focus();
  });
  const card = new Card(engine, (name) => {
    progress.add(name);
    list.update(current);
    return list.counted();
  });
  const lost = failureText();
  const places = element('div', {});

  const show = (name) => {
    current = name;
    moved(`#exercises?${name}`);
    const at = names.indexOf(name);
    const { source, lesson } = exercises[at];
    card.show(exercises[at], exercises[at + 1]);
    list.update(current);
    const files = new Set([source, `exercises/${name}/task.md`, ...judgeFiles]);
    places.replaceChildren(sources([...files], [...new Set([lesson, judgeLesson])]));
  };
  // The address has the name of an exercise: #exercises?my_relu.
  const follow = (wishes) => {
    const [wish] = wishes.keys();
    const known = names.includes(wish);
    setFailure(lost, !wish || known ? '' : `There is no exercise “${wish}”. This is the first open one.`);
    const name = known ? wish : progress.firstOpen();
    if (name === current) return false;
    show(name);
    return true;
  };

  section.append(
    element('h2', {}, 'Exercises'),
    element('p', {}, prose('Choose a line or fill in a number. The page runs the op, or the step of '
      + 'training, with it. It compares the result with that of the library’s own code and, where there is a '
      + 'gradient, measures it with `gradcheck`. A wrong answer is worth trying: look at the numbers that it '
      + 'gives.')),
    element('div', { class: 'exercises' }, list.root, element('div', { class: 'column' }, lost, card.root)),
    places,
  );
  follow(entries);
  return (others) => {
    if (follow(others)) card.heading.focus(); // it is read out, and the page is where it begins
  };
}
