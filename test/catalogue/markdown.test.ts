import { expect, it } from 'vitest';
import { catalogueMarkdown, services } from '../../src/catalogue/index.js';

it('tells of every service, with pipes that do not break the table', () => {
  const page = catalogueMarkdown();
  for (const service of services) expect(page).toContain(service);
  expect(page).toContain(
    '| `network.allocated` | DEBUG | `nova.compute.manager` | `Instance network_info: \\|{network_info:vifs}\\|` | all |',
  );
  expect(page).toContain('| `uwsgi.requested` |');
});
