// Puts what is read from standard input between the two marks `<!-- NAME:begin -->` and `<!-- NAME:end -->` of a page.
//
//   novaspan catalogue --phases | node docs/embed.mjs phases docs/tracing-model.md
import { readFileSync, writeFileSync } from 'node:fs';

const [name, page] = process.argv.slice(2);
const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
const text = readFileSync(page, 'utf8');
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from === -1 || to < from) throw new Error(`${page} has no ${begin} followed by ${end}`);
writeFileSync(page, `${text.slice(0, from + begin.length)}\n${readFileSync(0, 'utf8').trim()}\n${text.slice(to)}`);
