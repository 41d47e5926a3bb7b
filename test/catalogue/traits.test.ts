import { describe, expect, it } from 'vitest';
import type { MessageSpec } from '../../src/catalogue/define.js';
import { tables } from '../../src/catalogue/index.js';
import { kindsWith, traitsOf } from '../../src/catalogue/traits.js';

const messages = tables.flatMap((table) => Object.entries<MessageSpec>(table.messages));
const saying = (wording: RegExp): string[] =>
  messages.filter(([, { says }]) => says.some((each) => wording.test(each))).map(([kind]) => kind);

/** What the tables say of a kind agrees with what its lines say, so that a new entry cannot forget it. */
describe('the traits of messages', () => {
  it('mark every line of a lock, with the step that it prints', () => {
    const steps = {
      awaited: /^Acquiring lock "/,
      acquired: /^(?:Lock ".*" acquired|Acquired (?:lock|semaphore) ")/,
      released: /^(?:Lock ".*"? "?released|Releasing (?:lock|semaphore) ")/,
    };
    for (const [step, wording] of Object.entries(steps)) expect(kindsWith(({ lock }) => lock?.step === step)).toEqual(saying(wording));
  });

  it('mark every access line', () => {
    expect(kindsWith(({ request }) => request === true)).toEqual(
      saying(/\{method:.*(?: status: |" |HTTP\/\{http:version\} )\{status:int\}/),
    );
  });

  it('mark what neutron sends to nova', () => {
    expect(kindsWith(({ external }) => external === true)).toEqual(
      expect.arrayContaining(saying(/^(?:Received|Processing) (?:unexpected )?event (?:network-|\{name)/)),
    );
  });

  it('are none of a kind that the tables do not have', () => {
    expect(traitsOf('backup.started' as 'vif.plugged')).toEqual({});
  });
});
