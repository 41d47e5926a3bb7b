/** The end of the hidden text. */
export type Extent =
  /** a quotation, a document in brackets, or one word */
  | 'value'
  /** a quotation, or the rest of the line */
  | 'line'
  /** up to the next tag */
  | 'element'
  /** up to the footer of a key in PEM, or to the end of the text if the key is cut off */
  | 'pem'
  /** the end of the match */
  | 'none';

/** A rule for hiding one type of secret. */
export interface ScrubRule {
  readonly name: string;
  readonly hides: string;
  /** in lower case: every text with such a secret contains one of these */
  readonly needles: readonly string[];
  /** matches the text before the secret, or all of it; `$1` is kept */
  readonly finds: RegExp;
  readonly extent: Extent;
  /** texts as OpenStack logs them, and the scrubbed results */
  readonly seen: readonly (readonly [text: string, leaves: string])[];
}

/** Names whose values are secrets, with all that `mask_password` of oslo.utils knows. */
const NAMES =
  '(?:pass(?:word|wd|phrase)|pswd|(?:admin|new|auth|root|user|os|db)[_-]?pass|secret|token|credentials?' +
  '|(?:access|api|auth|private|secret|encryption|fernet|preshared|client|session|shared|mac)[_-]?key)(?:[_-][a-z]{1,12}){0,2}';
const NAME_NEEDLES = ['pass', 'pswd', 'secret', 'token', 'credential', 'key'];
/** Names whose values are a user's data for an instance, or the access data of a volume. */
const DOCUMENTS = '(?:user_?data|personality|injected_?files?|contents?|connection_info|meta_?data_?shared_?secret|auth_plugin_data)';
const DOCUMENT_NEEDLES = ['data', 'personality', 'injected', 'content', 'connection_info'];
/** A quote, plain or escaped in nested quotations. */
const QUOTE = `(?:\\\\{0,4}["'])`;

/** The rules. Each has example texts with their results; a test checks all of them. */
export const scrubRules: readonly ScrubRule[] = [
  {
    name: 'private key',
    hides: 'private keys in PEM, whole or cut off',
    needles: ['-----begin'],
    finds: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g,
    extent: 'pem',
    seen: [
      ['key -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY----- end', 'key *** end'],
      ['-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg', '***'],
      ['-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE-----'],
    ],
  },
  {
    name: 'authorization',
    hides: 'the credentials of HTTP headers; the scheme is kept',
    needles: ['authorization', 'cookie', 'x-auth', 'x-subject-token', 'x-service-token', 'bearer '],
    finds: new RegExp(
      `((?:authorization|(?:set-)?cookie|x-(?:auth|subject|service)-(?:token|key))${QUOTE}?[ \\t]{0,8}[:=][ \\t]{0,8}(?:[bu]?${QUOTE})?(?:(?:Bearer|Basic|Digest|Token|Negotiate|AWS4-HMAC-SHA256) {1,4})?|\\bbearer {1,4}(?=[\\w.~+/-]{8}))`,
      'gi',
    ),
    extent: 'line',
    seen: [
      ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
      ['Authorization: abc def', 'Authorization: ***'],
      [`{'authorization': 'Basic dXNlcjpwdw==', 'n': 1}`, `{'authorization': 'Basic ***', 'n': 1}`],
      [
        'curl -g -i -X GET http://c:5000/v3 -H "X-Auth-Token: {SHA256}0a1b2c" -d 1',
        'curl -g -i -X GET http://c:5000/v3 -H "X-Auth-Token: ***" -d 1',
      ],
      ['X-Subject-Token: 3f1c', 'X-Subject-Token: ***'],
      ['sent with bearer abcdefgh12345', 'sent with bearer ***'],
    ],
  },
  {
    name: 'iscsi',
    hides: "CHAP secrets on the command line of open-iscsi's iscsiadm",
    needles: ['node.session.auth.'],
    finds: /(node\.session\.auth\.(?:username|password)(?:_in)?["']?,? {1,4}u?["']?(?:-v|--value)["']?,? {1,4})/gi,
    extent: 'value',
    seen: [
      [
        "('iscsiadm', '--op', 'update', '-n', 'node.session.auth.password', '-v', 'S3cretCHAP')",
        "('iscsiadm', '--op', 'update', '-n', 'node.session.auth.password', '-v', ***)",
      ],
      [
        'iscsiadm -m node --op update -n node.session.auth.password -v S3cretCHAP: Exit code 8',
        'iscsiadm -m node --op update -n node.session.auth.password -v *** Exit code 8',
      ],
    ],
  },
  {
    name: 'document',
    hides: 'user data, injected files, contents of files, and connections to volumes',
    needles: DOCUMENT_NEEDLES,
    finds: new RegExp(`((?<![a-z])${DOCUMENTS}${QUOTE}?[ \\t]{0,8}[:=][ \\t]{0,8})`, 'gi'),
    extent: 'value',
    seen: [
      [`'user_data': 'I2Nsb3VkLWNvbmZpZwo=', 'key_name': 'k'`, `'user_data': ***, 'key_name': 'k'`],
      [`'personality': [{'path': '/etc/x', 'contents': 'c2Vj'}], 'n': 1`, `'personality': ***, 'n': 1`],
      [`"contents": "c2VjcmV0", "path": "/etc/x"`, `"contents": ***, "path": "/etc/x"`],
      [`connection_info={'driver_volume_type': 'iscsi', 'data': {'auth_password': 'x}'}}, size=1`, 'connection_info=***, size=1'],
      [`connection_info: '{"data": {"auth_password": "x"}}' for`, `connection_info: *** for`],
      ['Content-Length: 12', 'Content-Length: 12'],
      ['metadata: 3', 'metadata: 3'],
    ],
  },
  {
    name: 'named',
    hides: 'the value after the name of a password, token, secret or key: in Python, JSON, options and queries',
    needles: NAME_NEEDLES,
    finds: new RegExp(`(${NAMES}${QUOTE}?[ \\t]{0,8}[:=][ \\t]{0,8})`, 'gi'),
    extent: 'value',
    seen: [
      [`'adminPass': 'TL0EfN33'`, `'adminPass': ***`],
      [`admin_pass='mypassword'`, 'admin_pass=***'],
      [`{"admin_password": "a\\"b", "x": 1}`, `{"admin_password": ***, "x": 1}`],
      [`u'auth_token': u'3f1c', u'y': 2`, `u'auth_token': ***, u'y': 2`],
      [`new_pass = mypassword and`, `new_pass = *** and`],
      [`'auth_password': 'chap', 'auth_method': 'CHAP'`, `'auth_password': ***, 'auth_method': 'CHAP'`],
      [`secret_uuid='aaa-bbb'`, 'secret_uuid=***'],
      [`sys_pswd: hunter2`, 'sys_pswd: ***'],
      [`\\"original_password\\": \\"x\\", \\"a\\": 1`, `\\"original_password\\": ***, \\"a\\": 1`],
      [`password='`, 'password=***'],
      [`url?token=abc&x=1`, 'url?token=***&x=1'],
      [`OS_PASSWORD=hunter2 openstack`, 'OS_PASSWORD=*** openstack'],
      [`api_key: 12 auth_key: 'k' accesskey=z FernetKey0=y`, `api_key: *** auth_key: *** accesskey=*** FernetKey0=y`],
      [`password: {'clear': 'x'}, n`, 'password: ***, n'],
      ['the password is wrong, no token', 'the password is wrong, no token'],
    ],
  },
  {
    name: 'option',
    hides: 'passwords on command lines, whole or as a list of arguments',
    needles: NAME_NEEDLES,
    finds: new RegExp(`(--[\\w-]{0,40}?${NAMES}${QUOTE}?,? {1,4}|${NAMES}${QUOTE}?,? {1,4}(?=[bu]?${QUOTE}(?!-)))`, 'gi'),
    extent: 'value',
    seen: [
      ['qemu-img --os-password hunter2 --x', 'qemu-img --os-password *** --x'],
      [`['mysql', '--password', 'hunter2']`, `['mysql', '--password', ***]`],
      [`password 'hunter2' refused`, `password *** refused`],
    ],
  },
  {
    name: 'element',
    hides: 'passwords in XML',
    needles: NAME_NEEDLES,
    finds: new RegExp(`(<(?:\\w{1,32}:)?\\w{0,32}?${NAMES}>)`, 'gi'),
    extent: 'element',
    seen: [['<adminPass>TL0EfN33</adminPass>', '<adminPass>***</adminPass>']],
  },
  {
    name: 'url',
    hides: 'user and password in a URL, for each host if it names several',
    needles: ['://'],
    finds: /(:\/\/|(?<=@[\w.:-]{1,256}),)[^\s/@,"']{1,512}@/g,
    extent: 'none',
    seen: [
      ['rabbit://openstack:pw@c1:5672/v', 'rabbit://***@c1:5672/v'],
      ['rabbit://openstack:pw@c1:5672,openstack:pw@c2:5672//', 'rabbit://***@c1:5672,***@c2:5672//'],
      ['http://c:9696/v2.0/ports', 'http://c:9696/v2.0/ports'],
    ],
  },
  {
    name: 'fernet',
    hides: "keystone's tokens, and JSON web tokens",
    needles: ['gaaaaa', 'eyj'],
    finds: /\bgAAAAA[\w-]{10,}={0,2}|\beyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?/g,
    extent: 'none',
    seen: [
      ['validated gAAAAABk_Zq0-xyz0123456789== in 3 ms', 'validated *** in 3 ms'],
      ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.sig-x', '***'],
    ],
  },
  {
    name: 'ceph',
    hides: 'keys of ceph',
    needles: ['=='],
    finds: /(?<![\w+/])AQ[A-Za-z0-9+/]{36}==/g,
    extent: 'none',
    seen: [['[client.cinder] AQBSdFhcAAAAABAA7lqDaVUkSmtYq+BqKBLJZw==', '[client.cinder] ***']],
  },
];
