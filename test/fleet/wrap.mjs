// Prose of Markdown in lines of under 120 characters. Tables, headings and blocks of code stay as they are.
const WIDTH = 119;
const IS_LIST = /^\s*- /;

function lines(words, first, later) {
  const out = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      out.push(line);
      line = later;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...out, line];
}

export function wrap(markdown) {
  const out = [];
  let prose = [];
  let isCode = false;
  const flush = () => {
    const [first] = prose;
    if (first !== undefined) {
      const indent = IS_LIST.test(first) ? '  ' : '';
      out.push(...lines(prose.join(' ').split(/\s+/).filter(Boolean), '', indent));
    }
    prose = [];
  };
  for (const line of markdown.split('\n')) {
    const isFence = line.startsWith('```');
    if (isFence || isCode || line === '' || /^(\||#|<| {4})/.test(line)) {
      flush();
      out.push(line);
      if (isFence) isCode = !isCode;
      continue;
    }
    if (IS_LIST.test(line)) flush();
    prose.push(line);
  }
  flush();
  return out.join('\n');
}
