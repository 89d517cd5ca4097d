/** The sentences of the page by language: the catalogue of messages, room `page`. */
const WORDS = /*words*/ {};
const BLANK = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g;

let words = WORDS.en;

/** Choose the language by a BCP 47 tag. Returns the tag of what will be shown. */
export function speak(locale) {
  const chinese = /^zh\b/i.test(locale ?? "");
  words = chinese ? WORDS.zh : WORDS.en;
  return chinese ? "zh-CN" : "en";
}

/** The name of a kind of track; one that is not known keeps its own. */
export function kindName(kind) {
  return words[`kind${kind}`] ?? kind;
}

/** The name of one of a set of values, such as a transition; one that is not known keeps its own. */
export function named(set, value) {
  return words[`${set}:${value}`] ?? value;
}

/** A sentence of the page with its blanks filled; `{n|clip|clips}` is a number with its noun. */
export function say(key, blanks = {}) {
  return words[key].replace(BLANK, (whole, name, one, many) => {
    const value = blanks[name];
    if (value === undefined) return whole;
    return one === undefined ? value : `${value} ${value === 1 ? one : many}`;
  });
}
