import { posix } from 'node:path';
import ts from 'typescript';

/** Source files by their path from the root of the project. */
export type Sources = ReadonlyMap<string, string>;

/** A file longer than this is hard to hold in mind. */
const MOST_LINES = 400;
/** The same of a function, its signature included. */
const MOST_LINES_OF_FUNCTION = 80;
/** So much of a file in tables makes it a table: it is looked up, not read through. */
const SHARE_OF_TABLE = 0.8;

const parsed = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : undefined);

const lineOf = (file: ts.SourceFile, place: number): number => file.getLineAndCharacterOfPosition(place).line + 1;
const linesOf = (file: ts.SourceFile, node: ts.Node): number => lineOf(file, node.end) - lineOf(file, node.getStart(file)) + 1;
const lengthOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** What a file imports of the project: types count, and so do `import()` and `export … from`. */
function importsOf(path: string, text: string, sources: Sources): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) return [];
    const target = posix.join(posix.dirname(path), fileName);
    const bare = target.replace(/\.js$/, '');
    return [target, `${bare}.ts`, `${bare}.tsx`].find((each) => sources.has(each)) ?? [];
  });
}

/** Circles of imports, each as the files of which every one leads to every other. */
export function circlesIn(sources: Sources): string[] {
  const imports = new Map(Array.from(sources, ([path, text]) => [path, importsOf(path, text, sources)]));
  const reached = new Map(Array.from(imports.keys(), (path) => [path, reachedFrom(path, imports)]));
  const circles = new Set<string>();
  for (const [path, others] of reached) {
    if (!others.has(path)) continue;
    circles.add(
      [...others]
        .filter((other) => reached.get(other)!.has(path))
        .sort()
        .join(' <-> '),
    );
  }
  return [...circles].sort();
}

/** All that is imported, directly or by what is imported; a file itself only where a circle leads back to it. */
function reachedFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const left = [...imports.get(path)!];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    left.push(...(imports.get(next) ?? []));
  }
  return reached;
}

/** A literal, or a call that makes something of literals: what a table's rows are written as. */
function isTable(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  if (ts.isSatisfiesExpression(node) || ts.isAsExpression(node) || ts.isParenthesizedExpression(node)) return isTable(node.expression);
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return node.arguments?.some(isTable) === true;
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);
}

/** Whether a file is a table of knowledge: nearly all of it is literals at its top level, without a function in them. */
function isTableOfKnowledge(path: string, text: string): boolean {
  const file = parsed(path, text);
  let lines = 0;
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    if (statement.declarationList.declarations.every(({ initializer }) => isTable(initializer)) && !holdsBody(statement))
      lines += linesOf(file, statement);
  }
  return lines >= SHARE_OF_TABLE * lengthOf(text);
}

/** Whether there is a function with statements: rows may hold expressions, such as `({ port }) => port`, and no more. */
const holdsBody = (node: ts.Node): boolean =>
  (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body as ts.Node)) ||
  ts.forEachChild(node, holdsBody) === true;

export const longFilesIn = (sources: Sources): string[] =>
  [...sources].filter(([path, text]) => lengthOf(text) > MOST_LINES && !isTableOfKnowledge(path, text)).map(([path]) => path);

/** Functions, methods and closures that are too long, as `path name`; one in which such a one is nested counts by itself. */
export function longFunctionsIn(sources: Sources): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const file = parsed(path, text);
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && linesOf(file, node) > MOST_LINES_OF_FUNCTION && !ts.isFunctionTypeNode(node))
        found.push(`${path} ${nameOf(node)}`);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found.sort();
}

function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? ('name' in node.parent ? (node.parent.name as ts.Node | undefined) : undefined);
  return named?.getText() ?? '(anonymous)';
}
