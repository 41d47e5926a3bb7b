import { isIPv6 } from 'node:net';
import { scrubbed } from './scrub.js';

/**
 * Replaces real names by pseudonyms. The same name always gets the same pseudonym, so that two lines still have in
 * common what they had. Random ids (instances, ports, networks, requests) are not changed.
 */
export interface Pseudonyms {
  /** Collects names from places of a text that contain only names, so that they are replaced everywhere. */
  learn(text: string): void;
  /** Returns the text with pseudonyms and without secrets. */
  replace(text: string): string;
  /** Returns the pseudonym of a host, or of a name that contains one, for file names. */
  host(name: string): string;
  /** The number of different names that were replaced, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Names of hosts that were not replaced, because a message contains the same word. */
  readonly kept: readonly string[];
}

/** Names that are known before any text is read. */
export interface KnownNames {
  /** names that are certainly hosts */
  readonly hosts: Iterable<string>;
  /** words of messages: an equal name may be such a word, and is not replaced */
  readonly words: ReadonlySet<string>;
  /** replace hosts even if a message contains the same word */
  readonly isBold: boolean;
}

/** Keys in dumps whose values are names that a user chose. */
const NAMES =
  /(?<![\w:])(?:display_name|display_description|flavorRef|flavorid|dns_name|hostname|instance_name|user_name|username|project_name|tenant_name|domain_name|user_domain_name|project_domain_name|key_name|availability_zone|description|name)['"]?\s{0,4}[:=]\s{0,4}u?(?<quote>['"])(?<name>[^'"\\\n]{1,255})\k<quote>/g;
const NOVA_XML = /<nova:(?:name|user|project)(?: [^<>]{0,200})?>(?<name>[^<>]{1,255})</g;
/** Keys whose values are hosts. */
const HOSTS =
  /(?<![\w-])(?:host|node|hypervisor_hostname|binding:host_id|host_id|launched_on|source_compute|dest_compute|source_node|dest_node)['"]?\s{0,4}[:=]\s{0,4}u?(?<quote>['"])(?<name>[A-Za-z][\w.-]{0,252})\k<quote>/g;
const URLS = /\b[a-z][a-z+]{1,20}:\/\/(?:[^\s/@'"]{1,255}@)?(?<name>[A-Za-z][\w-]{0,62}(?:\.[\w-]{1,63}){0,8})(?=[:/])/g;
/** The ids and names of the user, in the brackets of oslo.log. */
const CONTEXT = /(?<=\[(?:(?:None|-|req-[0-9a-f-]{36}) )?req-[0-9a-f-]{36} )[^\]\n]{1,512}(?=\])/g;

/** Values that are no private names: defaults, and names that OpenStack creates. */
const NOBODY =
  /^(?:|-|None|null|default|Default|(?:network|volume|power|accelerator)-[a-z-]+|nova|internal|admin|service|qemu|kvm|hvm|virtio|x86_64|aarch64|bridge|ovs|tap[\w-]+|q(?:vo|br|r|g)[\w-]+|br-[\w-]+|instance-[0-9a-f]+|(?:vd|sd|hd)[a-z]\d*|req-.*|[0-9a-f]{8}-[0-9a-f-]+|\d[\d.]*|localhost)$/;

const MAC = /(?<![\w:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![\w:])/gi;
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const IPV4 = /(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.]*\w)/g;
/** Ids of users and projects: 32 digits, or 64 for LDAP. */
const HEX_ID = /(?<![0-9a-f-])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f-])/g;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,24}(?![\w.-])/gi;
const PUBLIC_KEY = /\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-[\w-]{1,40}) [A-Za-z0-9+/=]{16,}(?: [^\s'"\\]{1,128})?/g;
const HOME = /(?<=\/home\/)[\w.-]{1,64}(?=\/)/g;

/** Addresses that are the same everywhere. */
const COMMON_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '127.0.0.1', '255.255.255.255', '169.254.169.254', '::', '::1']);
const COMMON_MACS: ReadonlySet<string> = new Set(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff']);
/** Addresses for documentation (RFC 5737); when they are used up, those for benchmarks (RFC 2544). */
const DOCUMENT_NETS = ['192.0.2', '198.51.100', '203.0.113'];
const PER_NET = 254;

/** Numbers texts from 1; the same text always gets the same number. */
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

/** The pattern of a host as a separate word. */
function hostIn(host: string): string {
  const edge = /\d/.test(host) ? '\\w' : '\\w-';
  return `(?<![${edge}])${escaped(host)}(?![${edge}])`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** All collected names, as regular expressions. */
interface Compiled {
  readonly hostNames: ReadonlyMap<string, string>;
  readonly hosts: RegExp;
  readonly domains: RegExp | undefined;
  readonly names: RegExp | undefined;
}

/** A pattern for any of the words, the longest first, so that none hides another; undefined if there are none. */
function anyOf(those: Iterable<string>, before: string, after: string): RegExp | undefined {
  const list = [...those].sort((a, b) => b.length - a.length).map(escaped);
  return list.length === 0 ? undefined : new RegExp(`(?<![${before}])(?:${list.join('|')})(?![${after}])`, 'g');
}

/** Creates pseudonyms. */
export const createPseudonyms = (given: KnownNames): Pseudonyms => new Replacements(given);

class Replacements implements Pseudonyms {
  readonly #words: ReadonlySet<string>;
  readonly #isBold: boolean;
  readonly #numbers = { addresses: new Numbering(), macs: new Numbering(), ids: new Numbering(), names: new Numbering() };
  readonly #kept = new Set<string>();
  readonly #known = new Set<string>();
  readonly #domains = new Set<string>();
  readonly #names = new Set<string>();
  #made: Compiled | undefined;

  constructor({ hosts, words, isBold }: KnownNames) {
    this.#words = words;
    this.#isBold = isBold;
    for (const host of hosts) this.#addHost(host, true);
  }

  learn(text: string): void {
    this.#made = undefined;
    eachText(text, (each) => {
      for (const { groups } of each.matchAll(HOSTS)) this.#addHost(groups!['name']!, false);
      for (const { groups } of each.matchAll(URLS)) this.#addHost(groups!['name']!, false);
      for (const { groups } of each.matchAll(NAMES)) this.#addName(groups!['name']!);
      for (const { groups } of each.matchAll(NOVA_XML)) this.#addName(groups!['name']!);
      return each;
    });
  }

  replace(text: string): string {
    return eachText(text, (each) => this.#inText(each));
  }

  host(given: string): string {
    const { hostNames, hosts, domains } = this.#compiled;
    const text = domains === undefined ? given : given.replace(domains, 'example.org');
    return text.replace(hosts, (host) => hostNames.get(host) ?? host);
  }

  get counts(): Readonly<Record<string, number>> {
    const { addresses, macs, ids, names } = this.#numbers;
    return {
      hosts: this.#known.size,
      addresses: addresses.size,
      'MAC addresses': macs.size,
      'users and projects': ids.size,
      names: names.size,
    };
  }

  get kept(): readonly string[] {
    return [...this.#kept].sort();
  }

  #addHost(host: string, isCertain: boolean): void {
    if (NOBODY.test(host)) return;
    const [short = '', ...domain] = host.split('.');
    if (this.#words.has(short) && !isCertain) return;
    if (domain.length > 0) this.#domains.add(domain.join('.'));
    if (this.#words.has(short) && !this.#isBold) this.#kept.add(short);
    else this.#known.add(short);
  }

  #addName(name: string): void {
    if (!this.#isNobody(name)) this.#names.add(name);
  }

  #isNobody(name: string): boolean {
    return NOBODY.test(name) || this.#words.has(name) || this.#known.has(name) || this.#kept.has(name);
  }

  get #compiled(): Compiled {
    this.#made ??= this.#compile();
    return this.#made;
  }

  /** Hosts are numbered in alphabetical order, because lines with equal times are ordered by host. */
  #compile(): Compiled {
    const sorted = [...this.#known].sort();
    const digits = String(sorted.length).length;
    const byLength = [...sorted].sort((a, b) => b.length - a.length);
    return {
      hostNames: new Map(sorted.map((host, i) => [host, `host${String(i + 1).padStart(digits, '0')}`])),
      // A name with a digit is also replaced in `nova-compute-cmp1.conf`.
      hosts: new RegExp(byLength.map(hostIn).join('|') || '(?!)', 'g'),
      domains: anyOf(this.#domains, '\\w-', '\\w-'),
      // Short texts may be words elsewhere.
      names: anyOf(
        [...this.#names].filter((name) => name.length > 2 && /[a-z]/i.test(name) && !this.#isNobody(name)),
        '\\w.-',
        '\\w-',
      ),
    };
  }

  #inText(given: string): string {
    const { addresses, ids } = this.#numbers;
    const { names } = this.#compiled;
    const replaced = scrubbed(given)
      .replace(PUBLIC_KEY, '***')
      .replace(EMAIL, (email) => `${this.#nameOf(email)}@example.org`)
      .replace(HOME, 'user')
      .replace(NAMES, (whole: string, _quote: string, name: string) => this.#withName(whole, name))
      .replace(NOVA_XML, (whole: string, name: string) => this.#withName(whole, name))
      .replace(CONTEXT, (context) =>
        context
          .split(' ')
          .map((word) => this.#inContext(word))
          .join(' '),
      )
      .replace(MAC, (mac) => (COMMON_MACS.has(mac.toLowerCase()) ? mac : this.#macOf(mac)))
      .replace(IPV6, (address) =>
        COMMON_ADDRESSES.has(address) || !isIPv6(address) ? address : `2001:db8::${hex(addresses.of(address), 1)}`,
      )
      .replace(IPV4, (address) => (COMMON_ADDRESSES.has(address) ? address : addressOf(addresses.of(address))))
      .replace(HEX_ID, (id) => hex(ids.of(id), id.length));
    const text = this.host(replaced);
    return names === undefined ? text : text.replace(names, (name) => this.#nameOf(name));
  }

  #nameOf(name: string): string {
    return `name${this.#numbers.names.of(name)}`;
  }

  #withName(whole: string, name: string): string {
    if (this.#isNobody(name)) return whole;
    const at = whole.lastIndexOf(name);
    return whole.slice(0, at) + this.#nameOf(name) + whole.slice(at + name.length);
  }

  #inContext(word: string): string {
    return this.#isNobody(word) || /^[0-9a-f]{32,64}$/.test(word) ? word : this.#nameOf(word);
  }

  #macOf(mac: string): string {
    const number = hex(this.#numbers.macs.of(mac.toLowerCase()), 6);
    return `fa:16:3e:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
  }
}

/** Changes a line, or, if it is a JSON object, each of its texts without quotes. */
function eachText(line: string, change: (text: string) => string): string {
  if (!line.startsWith('{')) return change(line);
  try {
    return JSON.stringify(JSON.parse(line), (_key, value: unknown) => (typeof value === 'string' ? change(value) : value));
  } catch {
    return change(line);
  }
}
