// Runs the examples of a page: what `novaspan ...` in a block of shell prints is put between the marks `<!-- output:begin -->` and
// `<!-- output:end -->` that follow the block.
//
//   node docs/examples.mjs docs/why-slow.md
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [page] = process.argv.slice(2);
const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const example = /```sh\nnovaspan (.*)\n```\n\n<!-- output:begin -->\n[\s\S]*?<!-- output:end -->/g;
const text = readFileSync(page, 'utf8').replace(example, (_, command) => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `node ${main} ${command}`], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '110', LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0) throw new Error(`novaspan ${command}: ${stderr}`);
  return `\`\`\`sh\nnovaspan ${command}\n\`\`\`\n\n<!-- output:begin -->\n\n\`\`\`text\n${stdout.trimEnd()}\n\`\`\`\n\n<!-- output:end -->`;
});
writeFileSync(page, text);
