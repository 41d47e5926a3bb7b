import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exact, parseResourceAttributes, resourceAttributes, scope, sortedKeys } from '../../src/export/resource.js';
import { OperatorError } from '../../src/model/errors.js';

describe('the resource of a writer', () => {
  it('names the service and the host that did the work', () => {
    expect(resourceAttributes({ service: 'ovn-controller', host: 'cmp1' })).toEqual({
      'service.name': 'ovn-controller',
      'service.namespace': 'openstack',
      'host.name': 'cmp1',
      'cloud.provider': 'openstack',
    });
  });

  it('takes what OTEL_RESOURCE_ATTRIBUTES adds, but not who this process is', () => {
    const extra = parseResourceAttributes('service.name=sidecar,host.name=pod-1,host.id=x,cloud.region=RegionOne,service.namespace=edge');
    const attributes = resourceAttributes({ service: 'nova-compute', host: 'cmp1' }, extra);
    expect(attributes).toMatchObject({ 'service.name': 'nova-compute', 'host.name': 'cmp1' });
    expect(attributes).not.toHaveProperty('host.id');
    expect(attributes).toMatchObject({ 'cloud.region': 'RegionOne', 'service.namespace': 'edge' });
  });
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['a=1, b = two ,', { a: '1', b: 'two' }],
    ['team=a%2Cb%3Dc', { team: 'a,b=c' }],
    ['empty=', { empty: '' }],
    ['url=x=y', { url: 'x=y' }],
  ])('%j is read as %j', (text, attributes) => {
    expect(parseResourceAttributes(text)).toEqual(attributes);
  });

  it.each(['novalue', '=x', 'a=%zz'])('%j is a fault that is named', (text) => {
    expect(() => parseResourceAttributes(`ok=1,${text}`)).toThrowError(OperatorError);
    expect(() => parseResourceAttributes(`ok=1,${text}`)).toThrowError(text);
  });
});

it('the scope carries the version of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(scope).toEqual({ name: 'novaspan', version });
});

it('what an operator looks for stands first, the lists of phases last', () => {
  const attributes = {
    'novaspan.phases.observed': ['spawn'],
    'error.type': 'X',
    'openstack.outcome': 'failed',
    'novaspan.unexplained_ms': 1,
    'novaspan.summary': 'boot took 1 s',
    'openstack.instance.id': 'U',
  };
  expect(sortedKeys(attributes)).toEqual([
    'novaspan.summary',
    'openstack.instance.id',
    'openstack.outcome',
    'error.type',
    'novaspan.unexplained_ms',
    'novaspan.phases.observed',
  ]);
});

it('attributes are sorted by code unit, and numbers without an exact form go as text', () => {
  const attributes = { b: 1, a: Number.NaN, B: 2 ** 60, 'a.b': 0.5, ä: true };
  expect(sortedKeys(attributes)).toEqual(['B', 'a', 'a.b', 'b', 'ä']);
  expect(Object.values(attributes).map(exact)).toEqual([1, 'NaN', '1152921504606847000', 0.5, true]);
});
