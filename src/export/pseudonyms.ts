import { isIPv6 } from 'node:net';
import { scrubbed } from './scrub.js';

/**
 * Other names in the place of real ones, the same for the same wherever it stands: what two lines have in common they have in common
 * afterwards. Ids that are random and name nobody (instances, ports, networks, requests) stay as they are.
 */
export interface Pseudonyms {
  /** Takes note of names that a text has in places where only names stand: they are replaced in other places, too. */
  learn(text: string): void;
  /** The text with other names, and without secrets. */
  replace(text: string): string;
  /** The name of a host, or what has one in it, as the name of a file. */
  host(name: string): string;
  /** How many different ones were replaced, by what they are. */
  readonly counts: Readonly<Record<string, number>>;
  /** Names of hosts that are left, as messages have the same word. */
  readonly kept: readonly string[];
}

export interface KnownNames {
  /** hosts that are known to be some */
  readonly hosts: Iterable<string>;
  /** words of messages: what is called so may be such a word, and is not replaced */
  readonly words: ReadonlySet<string>;
  /** Hosts that are called as a word of a message are replaced nevertheless. */
  readonly isBold: boolean;
}

/** Keys of dumps behind which a name stands that somebody chose. */
const NAMES =
  /(?<![\w:])(?:display_name|display_description|flavorRef|flavorid|dns_name|hostname|instance_name|user_name|username|project_name|tenant_name|domain_name|user_domain_name|project_domain_name|key_name|availability_zone|description|name)['"]?\s{0,4}[:=]\s{0,4}u?(?<quote>['"])(?<name>[^'"\\\n]{1,255})\k<quote>/g;
const NOVA_XML = /<nova:(?:name|user|project)(?: [^<>]{0,200})?>(?<name>[^<>]{1,255})</g;
/** Keys behind which a host stands. */
const HOSTS =
  /(?<![\w-])(?:host|node|hypervisor_hostname|binding:host_id|host_id|launched_on|source_compute|dest_compute|source_node|dest_node)['"]?\s{0,4}[:=]\s{0,4}u?(?<quote>['"])(?<name>[A-Za-z][\w.-]{0,252})\k<quote>/g;
const URLS = /\b[a-z][a-z+]{1,20}:\/\/(?:[^\s/@'"]{1,255}@)?(?<name>[A-Za-z][\w-]{0,62}(?:\.[\w-]{1,63}){0,8})(?=[:/])/g;
/** The ids and names of who asked, in the brackets of oslo.log. */
const CONTEXT = /(?<=\[(?:(?:None|-|req-[0-9a-f-]{36}) )?req-[0-9a-f-]{36} )[^\]\n]{1,512}(?=\])/g;

/** Values that name nobody: defaults, and names that OpenStack makes by itself. */
const NOBODY =
  /^(?:|-|None|null|default|Default|(?:network|volume|power|accelerator)-[a-z-]+|nova|internal|admin|service|qemu|kvm|hvm|virtio|x86_64|aarch64|bridge|ovs|tap[\w-]+|q(?:vo|br|r|g)[\w-]+|br-[\w-]+|instance-[0-9a-f]+|(?:vd|sd|hd)[a-z]\d*|req-.*|[0-9a-f]{8}-[0-9a-f-]+|\d[\d.]*|localhost)$/;

const MAC = /(?<![\w:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![\w:])/gi;
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const IPV4 = /(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.]*\w)/g;
/** Ids of users and projects: 32 digits, 64 where they are LDAP's. */
const HEX_ID = /(?<![0-9a-f-])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f-])/g;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,24}(?![\w.-])/gi;
const PUBLIC_KEY = /\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-[\w-]{1,40}) [A-Za-z0-9+/=]{16,}(?: [^\s'"\\]{1,128})?/g;
const HOME = /(?<=\/home\/)[\w.-]{1,64}(?=\/)/g;

/** Addresses that are the same everywhere. */
const COMMON_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '127.0.0.1', '255.255.255.255', '169.254.169.254', '::', '::1']);
const COMMON_MACS: ReadonlySet<string> = new Set(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff']);
/** Addresses for documents (RFC 5737), then those for benchmarks (RFC 2544). */
const DOCUMENT_NETS = ['192.0.2', '198.51.100', '203.0.113'];
const PER_NET = 254;

/** Numbers what it is given, from 1: the same number for the same. */
class Numbering {
  readonly #numbers = new Map<string, number>();

  of(what: string): number {
    const known = this.#numbers.get(what) ?? this.#numbers.size + 1;
    this.#numbers.set(what, known);
    return known;
  }

  get size(): number {
    return this.#numbers.size;
  }
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

function addressOf(number: number): string {
  const net = DOCUMENT_NETS[Math.floor((number - 1) / PER_NET)];
  if (net !== undefined) return `${net}.${1 + ((number - 1) % PER_NET)}`;
  const rest = number - DOCUMENT_NETS.length * PER_NET;
  return `198.${18 + ((rest >> 16) & 1)}.${(rest >> 8) & 255}.${rest & 255}`;
}

/** A host wherever it is a word of its own. */
function hostIn(host: string): string {
  const edge = /\d/.test(host) ? '\\w' : '\\w-';
  return `(?<![${edge}])${escaped(host)}(?![${edge}])`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function createPseudonyms({ hosts, words, isBold }: KnownNames): Pseudonyms {
  const numbers = { addresses: new Numbering(), macs: new Numbering(), ids: new Numbering(), names: new Numbering() };
  const kept = new Set<string>();
  const known = new Set<string>();
  const domains = new Set<string>();
  const names = new Set<string>();
  let made: ReturnType<typeof compile> | undefined;

  const addHost = (host: string, isCertain: boolean): void => {
    if (NOBODY.test(host)) return;
    const [short = '', ...domain] = host.split('.');
    if (words.has(short) && !isCertain) return;
    if (domain.length > 0) domains.add(domain.join('.'));
    if (words.has(short) && !isBold) kept.add(short);
    else known.add(short);
  };
  for (const host of hosts) addHost(host, true);

  const addName = (name: string): void => {
    if (!isNobody(name)) names.add(name);
  };

  const isNobody = (name: string): boolean => NOBODY.test(name) || words.has(name) || known.has(name) || kept.has(name);

  const nameOf = (name: string): string => `name${numbers.names.of(name)}`;

  /** Everything learnt, as expressions. Hosts get numbers in their own order: lines of one moment are in the order of their hosts. */
  function compile() {
    const sorted = [...known].sort();
    const digits = String(sorted.length).length;
    const hostNames = new Map(sorted.map((host, i) => [host, `host${String(i + 1).padStart(digits, '0')}`]));
    const anyOf = (those: Iterable<string>, before: string, after: string): RegExp | undefined => {
      const list = [...those].sort((a, b) => b.length - a.length).map(escaped);
      return list.length === 0 ? undefined : new RegExp(`(?<![${before}])(?:${list.join('|')})(?![${after}])`, 'g');
    };
    return {
      hostNames,
      // A name with a digit in it is one in `nova-compute-cmp1.conf`, too.
      hosts: new RegExp(
        [...known]
          .sort((a, b) => b.length - a.length)
          .map(hostIn)
          .join('|') || '(?!)',
        'g',
      ),
      domains: anyOf(domains, '\\w-', '\\w-'),
      // What is no name in one place may be a word in another.
      names: anyOf(
        [...names].filter((name) => name.length > 2 && /[a-z]/i.test(name) && !isNobody(name)),
        '\\w.-',
        '\\w-',
      ),
    };
  }

  const inText = (given: string): string => {
    made ??= compile();
    const { names: anyName } = made;
    let text = scrubbed(given)
      .replace(PUBLIC_KEY, '***')
      .replace(EMAIL, (email) => `${nameOf(email)}@example.org`)
      .replace(HOME, 'user')
      .replace(NAMES, (whole: string, _quote: string, name: string) => withName(whole, name))
      .replace(NOVA_XML, (whole: string, name: string) => withName(whole, name))
      .replace(CONTEXT, (context) => context.split(' ').map(inContext).join(' '))
      .replace(MAC, (mac) => (COMMON_MACS.has(mac.toLowerCase()) ? mac : macOf(mac)))
      .replace(IPV6, (address) =>
        COMMON_ADDRESSES.has(address) || !isIPv6(address) ? address : `2001:db8::${hex(numbers.addresses.of(address), 1)}`,
      )
      .replace(IPV4, (address) => (COMMON_ADDRESSES.has(address) ? address : addressOf(numbers.addresses.of(address))))
      .replace(HEX_ID, (id) => hex(numbers.ids.of(id), id.length));
    text = withHosts(text);
    return anyName === undefined ? text : text.replace(anyName, nameOf);
  };

  const withHosts = (given: string): string => {
    made ??= compile();
    const { hostNames, hosts: anyHost, domains: anyDomain } = made;
    const text = anyDomain === undefined ? given : given.replace(anyDomain, 'example.org');
    return text.replace(anyHost, (host) => hostNames.get(host) ?? host);
  };

  const withName = (whole: string, name: string): string => {
    if (isNobody(name)) return whole;
    const at = whole.lastIndexOf(name);
    return whole.slice(0, at) + nameOf(name) + whole.slice(at + name.length);
  };

  const inContext = (word: string): string => (isNobody(word) || /^[0-9a-f]{32,64}$/.test(word) ? word : nameOf(word));

  const macOf = (mac: string): string => {
    const number = hex(numbers.macs.of(mac.toLowerCase()), 6);
    return `fa:16:3e:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
  };

  return {
    learn(text) {
      made = undefined;
      eachText(text, (each) => {
        for (const { groups } of each.matchAll(HOSTS)) addHost(groups!['name']!, false);
        for (const { groups } of each.matchAll(URLS)) addHost(groups!['name']!, false);
        for (const { groups } of each.matchAll(NAMES)) addName(groups!['name']!);
        for (const { groups } of each.matchAll(NOVA_XML)) addName(groups!['name']!);
        return each;
      });
    },
    replace: (text) => eachText(text, inText),
    host: withHosts,
    get counts() {
      made ??= compile();
      const { addresses, macs, ids } = numbers;
      return {
        hosts: known.size,
        addresses: addresses.size,
        'MAC addresses': macs.size,
        'users and projects': ids.size,
        names: numbers.names.size,
      };
    },
    get kept() {
      return [...kept].sort();
    },
  };
}

/** Of a line that is an object, its texts, unquoted: a name is the same there as in a plain line. */
function eachText(line: string, change: (text: string) => string): string {
  if (!line.startsWith('{')) return change(line);
  try {
    return JSON.stringify(JSON.parse(line), (_key, value: unknown) => (typeof value === 'string' ? change(value) : value));
  } catch {
    return change(line);
  }
}
