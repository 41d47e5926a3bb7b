/** What a /metrics page says, as OpenMetrics where it can: lines of `name{labels} value # exemplar`. */
export async function scrape(url) {
  const headers = { accept: 'application/openmetrics-text; version=1.0.0', connection: 'close' };
  return (await (await fetch(url, { headers })).text()).split('\n').flatMap((line) => {
    const [, name, labels = '', value, exemplar] = /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)(?: # \{(.*?)\} .*)?$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labelsOf(labels), value: Number(value), exemplar: exemplar && labelsOf(exemplar) }];
  });
}

const labelsOf = (text) => Object.fromEntries([...text.matchAll(/(\w+)="(.*?)"/g)].map(([, key, value]) => [key, value]));

/** The sum of a metric over pages, where its labels are these. */
export async function sum(urls, name, labels = {}) {
  const pages = await Promise.all(urls.map(scrape));
  return pages
    .flat()
    .filter((series) => series.name === name && Object.entries(labels).every(([key, value]) => series.labels[key] === value))
    .reduce((total, { value }) => total + value, 0);
}
